// What a shopper reads, in Dutch.
import type { ShopperTexts } from './en.ts';

export const nl: ShopperTexts = {
  'request.title': 'Wil je bericht als {product} er weer is?',
  'request.unnamed': 'Wil je bericht als dit product er weer is?',
  'request.unavailable': 'We kunnen je aanvraag nu niet verwerken. Probeer het later opnieuw.',
  'card.soldOut': 'Uitverkocht bij {shop}',
  'arrive.available': '{product} is nu verkrijgbaar.',
  'arrive.waiting':
    'Je staat al op de wachtlijst voor {product}. We sturen je één bericht zodra het product weer op voorraad is. Dit kunnen we doen tot {until, date, long}.',
  'arrive.gone':
    'Dat product is niet meer in de winkel. Op welk ander product wacht je? Stuur ons de link of de naam.',
  'arrive.leftOut':
    'Voor dat product bieden we geen meldingen aan. Op welk ander product wacht je? Stuur ons de link of de naam.',
  'arrive.noRef':
    'Hoi! Dit is de automatische assistent van {shop}. Op welk uitverkocht product wacht je? Stuur ons de link of de naam.',
  'arrive.badRef': 'We konden niet zien om welk product het gaat. Stuur ons de link of de naam.',
  confirm:
    'Je staat op de lijst! We sturen je één bericht zodra {product} weer op voorraad is. Dit kunnen we doen tot {until, date, long}. Antwoord STOP om geen meldingen meer van deze pagina te krijgen. Automatisch bericht van {shop}.',
  'confirm.unnamed':
    'Je staat op de lijst! We sturen je één bericht zodra dit product weer op voorraad is. Dit kunnen we doen tot {until, date, long}. Antwoord STOP om geen meldingen meer van deze pagina te krijgen. Automatisch bericht van {shop}.',
  position: 'Je bent nummer {position, number} in de rij.',
  'find.none':
    'We hebben geen uitverkocht product met die naam gevonden. Probeer een andere naam of stuur ons de link.',
  'find.which': 'Welk product bedoel je?',
  'find.option': '{product}: welke optie wil je?',
  'find.shortened':
    'Dit zijn {shown, number} van de {count, number} uitverkochte opties. Je kunt ook de naam sturen van de optie die je wilt.',
  'find.text': 'Stuur ons de naam van het product of de link.',
  'more.which': '{product}: welke andere optie wil je?',
  'more.none': 'Alle andere opties van {product} zijn verkrijgbaar of staan al op je lijst.',
  'alerts.none': 'Je hebt geen actieve meldingen.',
  'alerts.count': '{count, plural, one {Je hebt # actieve melding.} other {Je hebt # actieve meldingen.}}',
  'alerts.line': 'Nummer {position, number} in de rij, tot {until, date, medium}',
  'cancel.one': 'Je melding voor {product} is geannuleerd.',
  'cancel.others': 'Je meldingen voor andere opties van {product} zijn geannuleerd.',
  'optOut.done':
    'Je bent afgemeld en krijgt geen meldingen meer van deze pagina. Wil je ze later weer? Gebruik dan de knop op een productpagina.',
  'erase.done': 'Alles wat we hier over je hadden bewaard, is verwijderd.',
  'optin.unknown':
    'Deze aanvraag is verlopen. Wil je een melding? Gebruik dan de knop op de productpagina opnieuw.',
  handoff: 'Bedankt voor je bericht! Iemand van {shop} antwoordt je hier.',
  'notification.backInStock': 'Weer op voorraad: {product} bij {shop} – {price}',
  'notification.orderable': 'Weer te bestellen: {product} bij {shop} – {price}',
  'notification.declined':
    'Prima. We sturen je geen berichten meer over {product}, tenzij je er weer om vraagt.',
  'test.confirm':
    'Tot nu toe gaat het goed: je staat op de wachtlijst voor {product}. Ga nu terug naar de app en stuur jezelf de testmelding.',
  greeting:
    'Hoi! Vraag het hier en we sturen je één bericht zodra een uitverkocht product van {shop} er weer is.',
  'link.unknown.title': 'Deze link werkt niet meer',
  'link.unknown.text':
    'Misschien is de winkel gesloten of is de link niet volledig gekopieerd. Open de winkel om het product te vinden.',
  'button.buy': 'Kopen',
  'button.no': 'Nee, bedankt',
  'button.next': 'Volgende keer weer',
  'button.view': 'Bekijk product',
  'button.more': 'Andere opties',
  'button.alerts': 'Mijn meldingen',
  'button.cancel': 'Melding annuleren',
  'button.optOut': 'Alles stoppen',
  'button.cancelOthers': 'Andere annuleren',
  'button.select': 'Kiezen',
};
