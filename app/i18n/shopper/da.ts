// What a shopper reads, in Danish.
import type { ShopperTexts } from './en.ts';

export const da: ShopperTexts = {
  'request.title': 'Vil du have besked, når {product} er tilbage?',
  'request.unnamed': 'Vil du have besked, når varen er tilbage?',
  'request.unavailable': 'Vi kan ikke tage imod din anmodning lige nu. Prøv igen senere.',
  'card.soldOut': 'Udsolgt hos {shop}',
  'arrive.available': '{product} kan købes lige nu.',
  'arrive.waiting':
    'Du står allerede på ventelisten til {product}. Vi skriver til dig én gang, når varen er på lager igen. Det kan vi gøre indtil {until, date, long}.',
  'arrive.gone':
    'Den vare findes ikke længere i butikken. Hvilken anden vare venter du på? Send os linket eller navnet.',
  'arrive.leftOut':
    'Vi sender ikke notifikationer for den vare. Hvilken anden vare venter du på? Send os linket eller navnet.',
  'arrive.noRef':
    'Hej! Her er den automatiske assistent hos {shop}. Hvilken udsolgt vare venter du på? Send os linket eller navnet.',
  'arrive.badRef': 'Vi kunne ikke se, hvilken vare det drejer sig om. Send os linket eller navnet.',
  confirm:
    'Du er på listen! Vi skriver til dig én gang, når {product} er på lager igen. Det kan vi gøre indtil {until, date, long}. Svar STOP for at stoppe alle notifikationer fra denne side. Automatisk besked fra {shop}.',
  'confirm.unnamed':
    'Du er på listen! Vi skriver til dig én gang, når varen er på lager igen. Det kan vi gøre indtil {until, date, long}. Svar STOP for at stoppe alle notifikationer fra denne side. Automatisk besked fra {shop}.',
  position: 'Du er nummer {position, number} i køen.',
  'find.none': 'Vi fandt ingen udsolgt vare med det navn. Prøv et andet navn, eller send os linket.',
  'find.which': 'Hvilken vare mener du?',
  'find.option': '{product}: Hvilken variant vil du have?',
  'find.shortened':
    'Her er {shown, number} af {count, number} udsolgte varianter. Du kan også sende navnet på den, du vil have.',
  'find.text': 'Send os varens navn eller et link til den.',
  'more.which': '{product}: Hvilken anden variant vil du have?',
  'more.none': 'Alle andre varianter af {product} kan købes nu eller er allerede på din liste.',
  'alerts.none': 'Du har ingen aktive notifikationer.',
  'alerts.count':
    '{count, plural, one {Du har # aktiv notifikation.} other {Du har # aktive notifikationer.}}',
  'alerts.line': 'Nummer {position, number} i køen, indtil {until, date, medium}',
  'cancel.one': 'Din notifikation om {product} er annulleret.',
  'cancel.others': 'Dine notifikationer om andre varianter af {product} er annulleret.',
  'optOut.done':
    'Du er afmeldt og får ikke flere notifikationer fra denne side. Vil du have dem igen, kan du bruge knappen på en produktside.',
  'erase.done': 'Alt, hvad vi havde gemt om dig her, er slettet.',
  'optin.unknown': 'Anmodningen er udløbet. Vil du have besked, kan du bruge knappen på produktsiden igen.',
  handoff: 'Tak for din besked! En person fra {shop} svarer dig her.',
  'notification.backInStock': 'På lager igen: {product} hos {shop} – {price}',
  'notification.orderable': 'Kan bestilles igen: {product} hos {shop} – {price}',
  'notification.declined':
    'Helt i orden. Vi skriver ikke mere til dig om {product}, medmindre du beder om det.',
  'test.confirm':
    'Så langt, så godt: Du er på ventelisten til {product}. Gå nu tilbage til appen, og send testnotifikationen til dig selv.',
  greeting: 'Hej! Spørg her, så skriver vi til dig én gang, når en udsolgt vare hos {shop} er tilbage.',
  'link.unknown.title': 'Linket virker ikke længere',
  'link.unknown.text':
    'Måske er butikken lukket, eller linket blev ikke kopieret helt. Åbn butikken for at finde produktet.',
  'button.buy': 'Køb',
  'button.no': 'Nej tak',
  'button.next': 'Giv mig besked igen',
  'button.view': 'Se produktet',
  'button.more': 'Andre varianter',
  'button.alerts': 'Mine notifikationer',
  'button.cancel': 'Annuller',
  'button.optOut': 'Stop alle',
  'button.cancelOthers': 'Annuller de andre',
  'button.select': 'Vælg',
};
