// What a shopper reads, in Swedish.
import type { Words } from './en.ts';

export const sv: Words = {
  'request.title': '{product}: ska vi säga till när den är tillbaka?',
  'request.unnamed': 'Ska vi säga till när produkten är tillbaka?',
  'request.unavailable': 'Vi kan inte ta emot det här just nu. Försök igen senare.',
  'card.soldOut': 'Slut hos {shop}',
  'arrive.forSale': '{product} finns att köpa just nu.',
  'arrive.waiting':
    'Du står redan på listan för {product}. Vi skriver en gång när den är tillbaka, senast till {until, date, long}.',
  'arrive.gone': 'Den produkten finns inte längre i butiken. Vilken annan får vi hålla koll på?',
  'arrive.noRef':
    'Hej! Det här är den automatiska assistenten hos {shop}. Vilken slutsåld produkt får vi hålla koll på? Klistra in länken eller skriv namnet.',
  'arrive.badRef':
    'Vi kunde inte läsa vilken produkt det gällde. Klistra in länken till sidan eller skriv namnet.',
  confirm:
    'Klart. Du får ett enda meddelande om {product} när den är tillbaka, giltigt till {until, date, long}. Skriv STOP när som helst för att avsluta. Skickat automatiskt av {shop}.',
  'confirm.unnamed':
    'Klart. Du får ett enda meddelande om produkten när den är tillbaka, giltigt till {until, date, long}. Skriv STOP när som helst för att avsluta. Skickat automatiskt av {shop}.',
  place: 'Du är nummer {place, number} i kön.',
  'find.none':
    'Vi hittade ingen slutsåld produkt med det namnet. Prova ett annat namn eller klistra in länken till sidan.',
  'find.which': 'Vilken produkt menar du?',
  'find.size': '{product}: vilken ska vi hålla koll på?',
  'find.words': 'Skriv produktens namn eller klistra in länken till dess sida.',
  'more.which': '{product}: vilken till?',
  'more.none': 'Alla andra av {product} finns att köpa eller står redan på din lista.',
  'alerts.none': 'Du väntar inte på något just nu.',
  'alerts.count': 'Du väntar på {count, plural, one {# produkt} other {# produkter}}.',
  'alerts.line': 'Nummer {place, number} i kön, till {until, date, medium}',
  'stop.one': 'Avslutat: du hör inget mer om {product}.',
  'stop.others': 'Avslutat: du väntar inte längre på andra storlekar av {product}.',
  'stop.all':
    'Avslutat. Du får inga fler meddelanden från den här sidan. Använd knappen på en produktsida för att be om det igen.',
  'forget.done': 'Allt som vi hade sparat om dig här är raderat.',
  'optin.unknown': 'Det kortet gäller inte längre. Be om det igen på produktens sida.',
  defer: 'Tack för ditt meddelande. Någon hos {shop} svarar dig här.',
  'notice.back': '{product} är tillbaka hos {shop}: {price}',
  'notice.canBeOrdered': '{product} går att beställa igen hos {shop}: {price}',
  'notice.ended': 'Okej. Du hör inget mer om {product} om du inte ber om det igen.',
  'test.confirm':
    'Testet fungerar så här långt: du väntar på {product}. Tryck nu på ”Låtsas att den är tillbaka” i appen.',
  greeting: 'Hej! Be här om ett enda meddelande när en slutsåld produkt hos {shop} är tillbaka.',
  'button.buy': 'Köp',
  'button.no': 'Nej tack',
  'button.next': 'Nästa gång',
  'button.view': 'Visa produkten',
  'button.more': 'Annan storlek',
  'button.alerts': 'Mina bevakningar',
  'button.stop': 'Avsluta',
  'button.stopAll': 'Avsluta alla',
  'button.others': 'Avsluta andra',
  'button.pick': 'Den här',
};
