// What a shopper reads, in Dutch.
import type { Words } from './en.ts';

export const nl: Words = {
  'request.title': '{product}: laten weten als het terug is?',
  'request.unnamed': 'Zullen we laten weten als dit product terug is?',
  'request.unavailable': 'We kunnen deze vraag nu niet aannemen. Probeer het later opnieuw.',
  'card.soldOut': 'Uitverkocht bij {shop}',
  'arrive.forSale': '{product} is nu te koop.',
  'arrive.waiting':
    'Je staat al op de lijst voor {product}. We schrijven je één keer als het terug is, uiterlijk tot {until, date, long}.',
  'arrive.gone': 'Dat product is niet meer in de winkel. Welk ander mogen we in de gaten houden?',
  'arrive.noRef':
    'Hallo! Dit is de automatische assistent van {shop}. Welk uitverkocht product mogen we in de gaten houden? Plak de link of schrijf de naam.',
  'arrive.badRef':
    'We konden niet lezen om welk product het ging. Plak de link van de pagina of schrijf de naam.',
  confirm:
    'Klaar. Je krijgt één bericht over {product} als het terug is, geldig tot {until, date, long}. Schrijf op elk moment STOP om te stoppen. Automatisch verstuurd door {shop}.',
  'confirm.unnamed':
    'Klaar. Je krijgt één bericht over dit product als het terug is, geldig tot {until, date, long}. Schrijf op elk moment STOP om te stoppen. Automatisch verstuurd door {shop}.',
  place: 'Je bent nummer {place, number} in de rij.',
  'find.none':
    'We vonden geen uitverkocht product met die naam. Probeer een andere naam of plak de link van de pagina.',
  'find.which': 'Welk product bedoel je?',
  'find.size': '{product}: welke houden we in de gaten?',
  'find.words': 'Schrijf de naam van het product of plak de link van de pagina.',
  'more.which': '{product}: welke nog meer?',
  'more.none': 'Alle andere van {product} zijn te koop of staan al op je lijst.',
  'alerts.none': 'Je wacht op dit moment nergens op.',
  'alerts.count': 'Je wacht op {count, plural, one {# product} other {# producten}}.',
  'alerts.line': 'Nummer {place, number} in de rij, tot {until, date, medium}',
  'stop.one': 'Gestopt: je hoort niets meer over {product}.',
  'stop.others': 'Gestopt: je wacht niet meer op andere maten van {product}.',
  'stop.all':
    'Gestopt. Je krijgt geen meldingen meer van deze pagina. Gebruik de knop op een productpagina om opnieuw te vragen.',
  'forget.done': 'Alles wat we hier over je bewaarden, is gewist.',
  'optin.unknown': 'Die kaart is niet meer geldig. Vraag het opnieuw op de productpagina.',
  defer: 'Bedankt voor je bericht. Iemand van {shop} antwoordt je hier.',
  'notice.back': '{product} is terug bij {shop}: {price}',
  'notice.canBeOrdered': '{product} kan weer besteld worden bij {shop}: {price}',
  'notice.ended': 'Goed. Je hoort niets meer over {product}, tenzij je het opnieuw vraagt.',
  'test.confirm':
    'De test werkt tot hier: je wacht op {product}. Druk nu in de app op ‘Doe alsof het terug is’.',
  greeting: 'Hallo! Vraag hier om één bericht zodra een uitverkocht product van {shop} terug is.',
  'button.buy': 'Kopen',
  'button.no': 'Nee, bedankt',
  'button.next': 'Volgende keer',
  'button.view': 'Bekijk product',
  'button.more': 'Andere maat',
  'button.alerts': 'Mijn meldingen',
  'button.stop': 'Stoppen',
  'button.stopAll': 'Alles stoppen',
  'button.others': 'Andere stoppen',
  'button.pick': 'Deze',
};
