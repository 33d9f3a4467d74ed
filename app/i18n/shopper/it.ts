// What a shopper reads, in Italian.
import type { Words } from './en.ts';

export const it: Words = {
  'request.title': '{product}: ti avvisiamo quando torna?',
  'request.unnamed': 'Ti avvisiamo quando torna questo prodotto?',
  'request.unavailable': 'Ora non possiamo accogliere questa richiesta. Riprova più tardi.',
  'card.soldOut': 'Esaurito da {shop}',
  'arrive.forSale': '{product} è in vendita in questo momento.',
  'arrive.waiting':
    'Sei già in lista per {product}. Ti scriveremo una volta quando torna, al più tardi entro il {until, date, long}.',
  'arrive.gone': 'Quel prodotto non è più nel negozio. Quale altro possiamo tenere d’occhio?',
  'arrive.noRef':
    'Ciao! Sono l’assistente automatico di {shop}. Quale prodotto esaurito possiamo tenere d’occhio? Incolla il link o scrivi il nome.',
  'arrive.badRef':
    'Non siamo riusciti a leggere di quale prodotto si tratta. Incolla il link della pagina o scrivi il nome.',
  confirm:
    'Fatto. Riceverai un solo messaggio su {product} quando torna, valido fino al {until, date, long}. Scrivi STOP in qualsiasi momento per annullare. Inviato automaticamente da {shop}.',
  'confirm.unnamed':
    'Fatto. Riceverai un solo messaggio su questo prodotto quando torna, valido fino al {until, date, long}. Scrivi STOP in qualsiasi momento per annullare. Inviato automaticamente da {shop}.',
  place: 'Sei il numero {place, number} in fila.',
  'find.none':
    'Non abbiamo trovato prodotti esauriti con quel nome. Prova un altro nome o incolla il link della pagina.',
  'find.which': 'Quale prodotto intendi?',
  'find.size': '{product}: quale teniamo d’occhio?',
  'find.words': 'Scrivi il nome del prodotto o incolla il link della sua pagina.',
  'more.which': '{product}: quale altro teniamo d’occhio?',
  'more.none': 'Tutti gli altri di {product} sono in vendita o già nella tua lista.',
  'alerts.none': 'Al momento non aspetti nulla.',
  'alerts.count': 'Aspetti {count, plural, one {# prodotto} other {# prodotti}}.',
  'alerts.line': 'Numero {place, number} in fila, fino al {until, date, medium}',
  'stop.one': 'Annullato: non ti diremo più nulla su {product}.',
  'stop.others': 'Annullato: non aspetti più altre taglie di {product}.',
  'stop.all':
    'Annullato. Non riceverai più avvisi da questa Pagina. Per chiederne ancora, usa il pulsante nella pagina di un prodotto.',
  'forget.done': 'Tutto ciò che conservavamo qui su di te è stato cancellato.',
  'optin.unknown': 'Quella scheda non è più valida. Chiedi di nuovo nella pagina del prodotto.',
  defer: 'Grazie per il messaggio. Una persona di {shop} ti risponderà qui.',
  'notice.back': '{product} è di nuovo disponibile da {shop}: {price}',
  'notice.canBeOrdered': '{product} si può ordinare di nuovo da {shop}: {price}',
  'notice.ended': 'Va bene. Non ti diremo più nulla su {product}, a meno che tu lo chieda di nuovo.',
  'test.confirm':
    'Il test funziona fin qui: aspetti {product}. Ora premi «Fai finta che sia tornato» nell’app.',
  greeting: 'Ciao! Chiedi qui di essere avvisato una volta quando torna un prodotto esaurito di {shop}.',
  'button.buy': 'Acquista',
  'button.no': 'No, grazie',
  'button.next': 'La prossima volta',
  'button.view': 'Vedi prodotto',
  'button.more': 'Un’altra taglia',
  'button.alerts': 'I miei avvisi',
  'button.stop': 'Annulla',
  'button.stopAll': 'Annulla tutto',
  'button.others': 'Annulla le altre',
  'button.pick': 'Questo',
};
