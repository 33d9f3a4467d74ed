// What a shopper reads, in German.
import type { Words } from './en.ts';

export const de: Words = {
  'request.title': '{product}: Bescheid geben, wenn es wieder da ist?',
  'request.unnamed': 'Sollen wir Bescheid geben, wenn es wieder da ist?',
  'request.unavailable':
    'Wir können diese Anfrage gerade nicht annehmen. Bitte versuche es später noch einmal.',
  'card.soldOut': 'Ausverkauft bei {shop}',
  'arrive.forSale': '{product} ist gerade erhältlich.',
  'arrive.waiting':
    'Du stehst für {product} schon auf der Liste. Wir schreiben dir einmal, wenn es wieder da ist, längstens bis {until, date, long}.',
  'arrive.gone':
    'Dieses Produkt gibt es im Shop nicht mehr. Welches andere dürfen wir für dich im Auge behalten?',
  'arrive.noRef':
    'Hallo! Hier ist der automatische Assistent von {shop}. Welches ausverkaufte Produkt dürfen wir für dich im Auge behalten? Füge den Link ein oder schreibe den Namen.',
  'arrive.badRef':
    'Wir konnten nicht lesen, welches Produkt es war. Bitte füge den Link seiner Seite ein oder schreibe den Namen.',
  confirm:
    'Erledigt. Du bekommst eine einzige Nachricht zu {product}, sobald es wieder da ist, gültig bis {until, date, long}. Mit STOP beendest du das jederzeit. Automatisch gesendet von {shop}.',
  'confirm.unnamed':
    'Erledigt. Du bekommst eine einzige Nachricht zu diesem Produkt, sobald es wieder da ist, gültig bis {until, date, long}. Mit STOP beendest du das jederzeit. Automatisch gesendet von {shop}.',
  place: 'Du bist Nummer {place, number} in der Reihe.',
  'find.none':
    'Unter diesem Namen haben wir kein ausverkauftes Produkt gefunden. Versuche einen anderen Namen oder füge den Link der Seite ein.',
  'find.which': 'Welches Produkt meinst du?',
  'find.size': '{product}: Welches sollen wir im Auge behalten?',
  'find.words': 'Bitte schreibe den Namen des Produkts oder füge den Link seiner Seite ein.',
  'more.which': '{product}: Welches noch?',
  'more.none': 'Alle anderen von {product} sind erhältlich oder schon auf deiner Liste.',
  'alerts.none': 'Du wartest im Moment auf nichts.',
  'alerts.count': 'Du wartest auf {count, plural, one {# Produkt} other {# Produkte}}.',
  'alerts.line': 'Nummer {place, number} in der Reihe, bis {until, date, medium}',
  'stop.one': 'Beendet: Zu {product} hörst du nichts mehr.',
  'stop.others': 'Beendet: Du wartest nicht mehr auf andere Größen von {product}.',
  'stop.all':
    'Beendet. Von dieser Seite bekommst du keine Benachrichtigungen mehr. Um wieder zu fragen, nutze den Knopf auf einer Produktseite.',
  'forget.done': 'Alles, was wir hier über dich gespeichert hatten, ist gelöscht.',
  'optin.unknown': 'Diese Karte gilt nicht mehr. Bitte frage auf der Produktseite noch einmal.',
  defer: 'Danke für deine Nachricht. Ein Mensch von {shop} antwortet dir hier.',
  'notice.back': '{product} ist wieder da bei {shop}: {price}',
  'notice.canBeOrdered': '{product} kann wieder bestellt werden bei {shop}: {price}',
  'notice.ended': 'In Ordnung. Zu {product} hörst du nichts mehr, außer du fragst wieder.',
  'test.confirm':
    'Der Test klappt bis hier: Du wartest auf {product}. Drücke jetzt in der App „So tun, als wäre es wieder da“.',
  greeting: 'Hallo! Frag hier, und du hörst einmal, wenn ein ausverkauftes Produkt von {shop} wieder da ist.',
  'button.buy': 'Kaufen',
  'button.no': 'Nein danke',
  'button.next': 'Beim nächsten Mal',
  'button.view': 'Produkt ansehen',
  'button.more': 'Andere Größe',
  'button.alerts': 'Meine Liste',
  'button.stop': 'Beenden',
  'button.stopAll': 'Alle beenden',
  'button.others': 'Andere beenden',
  'button.pick': 'Dieses',
};
