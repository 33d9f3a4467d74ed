// What a shopper reads, in Swedish.
import type { ShopperTexts } from './en.ts';

export const sv: ShopperTexts = {
  'request.title': 'Vill du veta när {product} är tillbaka?',
  'request.unnamed': 'Vill du veta när produkten är tillbaka?',
  'request.unavailable': 'Vi kan inte ta emot din förfrågan just nu. Försök igen senare.',
  'card.soldOut': 'Slutsåld hos {shop}',
  'arrive.available': '{product} går att köpa just nu.',
  'arrive.waiting':
    'Du står redan på väntelistan för {product}. Vi skriver till dig en enda gång när produkten finns i lager igen. Det kan vi göra fram till {until, date, long}.',
  'arrive.gone':
    'Den produkten finns inte längre i butiken. Vilken annan produkt väntar du på? Skicka länken eller namnet till oss.',
  'arrive.leftOut':
    'Vi erbjuder inte bevakning av den produkten. Vilken annan produkt väntar du på? Skicka länken eller namnet till oss.',
  'arrive.noRef':
    'Hej! Det här är den automatiska assistenten hos {shop}. Vilken slutsåld produkt väntar du på? Skicka länken eller namnet till oss.',
  'arrive.badRef': 'Vi kunde inte se vilken produkt det gäller. Skicka länken eller namnet till oss.',
  confirm:
    'Du står på listan! Vi skriver till dig en enda gång när {product} finns i lager igen. Det kan vi göra fram till {until, date, long}. Svara STOP för att avsluta alla bevakningar på den här sidan. Automatiskt meddelande från {shop}.',
  'confirm.unnamed':
    'Du står på listan! Vi skriver till dig en enda gång när produkten finns i lager igen. Det kan vi göra fram till {until, date, long}. Svara STOP för att avsluta alla bevakningar på den här sidan. Automatiskt meddelande från {shop}.',
  position: 'Du är nummer {position, number} i kön.',
  'find.none': 'Vi hittade ingen slutsåld produkt med det namnet. Prova ett annat namn eller skicka länken.',
  'find.which': 'Vilken produkt menar du?',
  'find.option': '{product}: vilket alternativ vill du ha?',
  'find.shortened':
    'Här är {shown, number} av {count, number} slutsålda alternativ. Du kan också skicka namnet på det du vill ha.',
  'find.text': 'Skicka produktens namn eller länk till oss.',
  'more.which': '{product}: vilket annat alternativ vill du ha?',
  'more.none': 'Alla andra alternativ för {product} går att köpa nu eller står redan på din lista.',
  'alerts.none': 'Du har inga aktiva bevakningar.',
  'alerts.count': '{count, plural, one {Du har # aktiv bevakning.} other {Du har # aktiva bevakningar.}}',
  'alerts.line': 'Nummer {position, number} i kön, till {until, date, medium}',
  'cancel.one': 'Din bevakning av {product} är avslutad.',
  'cancel.others': 'Dina bevakningar av andra alternativ för {product} är avslutade.',
  'optOut.done':
    'Klart: alla dina bevakningar är avslutade och du får inga fler meddelanden om produkter från den här sidan. Vill du bevaka något igen? Använd knappen på en produktsida.',
  'erase.done': 'Allt vi hade sparat om dig här är raderat.',
  'optin.unknown':
    'Den här förfrågan har gått ut. Vill du bevaka produkten? Använd knappen på produktsidan igen.',
  handoff: 'Tack för ditt meddelande! Någon hos {shop} svarar dig här.',
  'notification.backInStock': 'I lager igen: {product} hos {shop} – {price}',
  'notification.orderable': 'Går att beställa igen: {product} hos {shop} – {price}',
  'notification.declined': 'Okej. Vi skriver inte mer till dig om {product} om du inte ber om det.',
  'test.confirm':
    'Så långt allt väl: du står på väntelistan för {product}. Gå nu tillbaka till appen och skicka testaviseringen till dig själv.',
  greeting:
    'Hej! Säg till här så skriver vi till dig en enda gång när en slutsåld produkt hos {shop} är tillbaka.',
  'link.unknown.title': 'Länken fungerar inte längre',
  'link.unknown.text':
    'Butiken kan ha stängt, eller så kopierades inte hela länken. Öppna butiken för att hitta produkten.',
  'button.buy': 'Köp',
  'button.no': 'Nej tack',
  'button.next': 'Bevaka igen',
  'button.view': 'Visa produkten',
  'button.more': 'Andra alternativ',
  'button.alerts': 'Mina bevakningar',
  'button.cancel': 'Avsluta bevakning',
  'button.optOut': 'Avsluta alla',
  'button.cancelOthers': 'Avsluta de andra',
  'button.select': 'Välj',
};
