// What a shopper reads, in Italian.
import type { ShopperTexts } from './en.ts';

export const it: ShopperTexts = {
  'request.title': 'Ti avvisiamo quando torna {product}?',
  'request.unnamed': 'Ti avvisiamo quando torna questo prodotto?',
  'request.unavailable': 'In questo momento non possiamo registrare la tua richiesta. Riprova più tardi.',
  'card.soldOut': 'Esaurito da {shop}',
  'arrive.available': '{product} è disponibile in questo momento.',
  'arrive.waiting':
    'Sei già nella lista d’attesa per {product}. Ti scriveremo una sola volta quando torna disponibile. Possiamo farlo fino al giorno {until, date, long}.',
  'arrive.gone':
    'Quel prodotto non è più in negozio. Quale altro prodotto aspetti? Inviaci il link o il nome.',
  'arrive.leftOut':
    'Non offriamo avvisi per quel prodotto. Quale altro prodotto aspetti? Inviaci il link o il nome.',
  'arrive.noRef':
    'Ciao! Qui l’assistente automatico di {shop}. Quale prodotto esaurito aspetti? Inviaci il link o il nome.',
  'arrive.badRef': 'Non abbiamo capito di quale prodotto si tratta. Inviaci il link o il nome.',
  confirm:
    'Sei in lista! Ti scriveremo una sola volta quando {product} torna disponibile. Possiamo farlo fino al giorno {until, date, long}. Rispondi STOP per non ricevere più avvisi da questa Pagina. Messaggio automatico di {shop}.',
  'confirm.unnamed':
    'Sei in lista! Ti scriveremo una sola volta quando questo prodotto torna disponibile. Possiamo farlo fino al giorno {until, date, long}. Rispondi STOP per non ricevere più avvisi da questa Pagina. Messaggio automatico di {shop}.',
  position: 'Il tuo posto in lista è il numero {position, number}.',
  'find.none':
    'Non abbiamo trovato prodotti esauriti con questo nome. Prova con un altro nome o inviaci il link.',
  'find.which': 'Quale prodotto intendi?',
  'find.option': '{product}: quale opzione ti interessa?',
  'find.shortened':
    'Queste sono {shown, number} di {count, number} opzioni esaurite. Puoi anche inviarci il nome di quella che vuoi.',
  'find.text': 'Inviaci il nome del prodotto o il link.',
  'more.which': '{product}: quale altra opzione ti interessa?',
  'more.none': '{product}: tutte le altre opzioni sono disponibili o già nella tua lista.',
  'alerts.none': 'Non hai avvisi attivi.',
  'alerts.count': '{count, plural, one {Hai # avviso attivo.} other {Hai # avvisi attivi.}}',
  'alerts.line': 'Posto numero {position, number} in lista, scadenza {until, date, medium}',
  'cancel.one': 'Il tuo avviso per {product} è annullato.',
  'cancel.others': 'I tuoi avvisi per altre opzioni di {product} sono annullati.',
  'optOut.done':
    'Fatto: non riceverai più avvisi da questa Pagina. Per chiederne altri, usa il pulsante nella pagina di un prodotto.',
  'erase.done': 'Abbiamo eliminato tutti i dati su di te che avevamo salvato qui.',
  'optin.unknown':
    'Questa richiesta è scaduta. Se vuoi un avviso, usa di nuovo il pulsante nella pagina del prodotto.',
  handoff: 'Grazie per il messaggio! Qualcuno di {shop} ti risponderà qui.',
  'notification.backInStock': 'Di nuovo disponibile: {product} da {shop} – {price}',
  'notification.orderable': 'Di nuovo ordinabile: {product} da {shop} – {price}',
  'notification.declined': 'Va bene. Non ti scriveremo più per {product}, a meno che tu non ce lo chieda.',
  'test.confirm':
    'Fin qui tutto bene: sei nella lista d’attesa per {product}. Ora torna nell’app e inviati l’avviso di prova.',
  greeting: 'Ciao! Chiedi qui e ti scriveremo una sola volta quando torna un prodotto esaurito di {shop}.',
  'link.unknown.title': 'Questo link non funziona più',
  'link.unknown.text':
    'Forse il negozio ha chiuso o il link non è stato copiato per intero. Apri il negozio per trovare il prodotto.',
  'button.buy': 'Acquista',
  'button.no': 'No, grazie',
  'button.next': 'Avvisami di nuovo',
  'button.view': 'Vedi prodotto',
  'button.more': 'Altre opzioni',
  'button.alerts': 'I miei avvisi',
  'button.cancel': 'Annulla avviso',
  'button.optOut': 'Annulla tutti',
  'button.cancelOthers': 'Annulla gli altri',
  'button.select': 'Scegli',
};
