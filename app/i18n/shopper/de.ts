// What a shopper reads, in German.
import type { ShopperTexts } from './en.ts';

export const de: ShopperTexts = {
  'request.title': 'Bescheid geben, wenn {product} wieder da ist?',
  'request.unnamed': 'Bescheid geben, wenn dieses Produkt wieder da ist?',
  'request.unavailable':
    'Wir können deine Anfrage gerade nicht annehmen. Bitte versuche es später noch einmal.',
  'card.soldOut': 'Ausverkauft bei {shop}',
  'arrive.available': '{product} ist gerade verfügbar.',
  'arrive.waiting':
    'Du stehst schon auf der Warteliste für {product}. Sobald das Produkt wieder auf Lager ist, schreiben wir dir ein einziges Mal. Das können wir bis zum {until, date, long} tun.',
  'arrive.gone':
    'Dieses Produkt gibt es im Shop nicht mehr. Auf welches andere Produkt wartest du? Schick uns den Link oder den Namen.',
  'arrive.leftOut':
    'Für dieses Produkt bieten wir keine Benachrichtigungen an. Auf welches andere Produkt wartest du? Schick uns den Link oder den Namen.',
  'arrive.noRef':
    'Hallo! Hier ist der automatische Assistent von {shop}. Auf welches ausverkaufte Produkt wartest du? Schick uns den Link oder den Namen.',
  'arrive.badRef': 'Wir konnten das Produkt nicht erkennen. Schick uns den Link oder den Namen.',
  confirm:
    'Du stehst auf der Liste! Wir schreiben dir ein einziges Mal, sobald {product} wieder auf Lager ist. Das können wir bis zum {until, date, long} tun. Antworte mit STOP, um keine Benachrichtigungen mehr von dieser Seite zu bekommen. Automatische Nachricht von {shop}.',
  'confirm.unnamed':
    'Du stehst auf der Liste! Wir schreiben dir ein einziges Mal, sobald dieses Produkt wieder auf Lager ist. Das können wir bis zum {until, date, long} tun. Antworte mit STOP, um keine Benachrichtigungen mehr von dieser Seite zu bekommen. Automatische Nachricht von {shop}.',
  position: 'Du stehst auf Platz {position, number} der Warteliste.',
  'find.none':
    'Wir haben kein ausverkauftes Produkt mit diesem Namen gefunden. Versuche einen anderen Namen oder schick uns den Link.',
  'find.which': 'Welches Produkt meinst du?',
  'find.option': '{product}: Welche Variante möchtest du?',
  'find.shortened':
    'Das sind {shown, number} von {count, number} ausverkauften Varianten. Du kannst uns auch den Namen der gewünschten Variante schicken.',
  'find.text': 'Schick uns bitte den Namen des Produkts oder den Link dazu.',
  'more.which': '{product}: Welche andere Variante möchtest du?',
  'more.none': 'Alle anderen Varianten von {product} sind verfügbar oder schon auf deiner Liste.',
  'alerts.none': 'Du hast keine aktiven Benachrichtigungen.',
  'alerts.count':
    '{count, plural, one {Du hast # aktive Benachrichtigung.} other {Du hast # aktive Benachrichtigungen.}}',
  'alerts.line': 'Platz {position, number} der Warteliste, bis {until, date, medium}',
  'cancel.one': 'Deine Benachrichtigung für {product} ist abbestellt.',
  'cancel.others': 'Deine Benachrichtigungen für andere Varianten von {product} sind abbestellt.',
  'optOut.done':
    'Erledigt: Du bekommst keine Benachrichtigungen mehr von dieser Seite. Wenn du wieder welche möchtest, nutze den Button auf einer Produktseite.',
  'erase.done': 'Alles, was wir hier über dich gespeichert hatten, ist gelöscht.',
  'optin.unknown':
    'Diese Anfrage ist abgelaufen. Wenn du benachrichtigt werden möchtest, nutze noch einmal den Button auf der Produktseite.',
  handoff: 'Danke für deine Nachricht! Jemand von {shop} antwortet dir hier.',
  'notification.backInStock': 'Wieder auf Lager: {product} bei {shop} – {price}',
  'notification.orderable': 'Wieder bestellbar: {product} bei {shop} – {price}',
  'notification.declined': 'Alles klar. Zu {product} schreiben wir dir nur, wenn du es wieder möchtest.',
  'test.confirm':
    'Bis hierhin klappt alles: Du stehst auf der Warteliste für {product}. Geh jetzt zurück in die App und sende dir die Testbenachrichtigung.',
  greeting:
    'Hallo! Frag hier an, dann schreiben wir dir ein einziges Mal, sobald ein ausverkauftes Produkt von {shop} wieder da ist.',
  'link.unknown.title': 'Dieser Link funktioniert nicht mehr',
  'link.unknown.text':
    'Vielleicht gibt es den Shop nicht mehr, oder der Link wurde nicht vollständig kopiert. Öffne den Shop, um das Produkt zu finden.',
  'button.buy': 'Kaufen',
  'button.no': 'Nein danke',
  'button.next': 'Beim nächsten Mal',
  'button.view': 'Produkt ansehen',
  'button.more': 'Andere Varianten',
  'button.alerts': 'Meine Warteliste',
  'button.cancel': 'Abbestellen',
  'button.optOut': 'Alle abbestellen',
  'button.cancelOthers': 'Andere abbestellen',
  'button.select': 'Auswählen',
};
