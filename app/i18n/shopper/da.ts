// What a shopper reads, in Danish.
import type { Words } from './en.ts';

export const da: Words = {
  'request.title': '{product}: skal vi sige til, når den er tilbage?',
  'request.unnamed': 'Skal vi sige til, når varen er tilbage?',
  'request.unavailable': 'Vi kan ikke tage imod det lige nu. Prøv igen senere.',
  'card.soldOut': 'Udsolgt hos {shop}',
  'arrive.forSale': '{product} kan købes lige nu.',
  'arrive.waiting':
    'Du står allerede på listen til {product}. Vi skriver én gang, når den er tilbage, senest {until, date, long}.',
  'arrive.gone': 'Den vare er ikke længere i butikken. Hvilken anden må vi holde øje med?',
  'arrive.noRef':
    'Hej! Her er den automatiske assistent fra {shop}. Hvilken udsolgt vare må vi holde øje med? Indsæt linket, eller skriv navnet.',
  'arrive.badRef': 'Vi kunne ikke læse, hvilken vare det var. Indsæt linket til siden, eller skriv navnet.',
  confirm:
    'Færdig. Du får én besked om {product}, når den er tilbage, gyldig til {until, date, long}. Skriv STOP når som helst for at stoppe. Sendt automatisk af {shop}.',
  'confirm.unnamed':
    'Færdig. Du får én besked om varen, når den er tilbage, gyldig til {until, date, long}. Skriv STOP når som helst for at stoppe. Sendt automatisk af {shop}.',
  place: 'Du er nummer {place, number} i køen.',
  'find.none': 'Vi fandt ingen udsolgt vare med det navn. Prøv et andet navn, eller indsæt linket til siden.',
  'find.which': 'Hvilken vare mener du?',
  'find.size': '{product}: hvilken skal vi holde øje med?',
  'find.words': 'Skriv varens navn, eller indsæt linket til dens side.',
  'more.which': '{product}: hvilken mere?',
  'more.none': 'Alle de andre af {product} kan købes eller står allerede på din liste.',
  'alerts.none': 'Du venter ikke på noget lige nu.',
  'alerts.count': 'Du venter på {count, plural, one {# vare} other {# varer}}.',
  'alerts.line': 'Nummer {place, number} i køen, til {until, date, medium}',
  'stop.one': 'Stoppet: du hører ikke mere om {product}.',
  'stop.others': 'Stoppet: du venter ikke længere på andre størrelser af {product}.',
  'stop.all':
    'Stoppet. Du får ikke flere beskeder fra denne side. Brug knappen på en vares side for at bede om det igen.',
  'forget.done': 'Alt, hvad vi havde gemt om dig her, er slettet.',
  'optin.unknown': 'Det kort gælder ikke længere. Bed om det igen på varens side.',
  defer: 'Tak for din besked. En person fra {shop} svarer dig her.',
  'notice.back': '{product} er tilbage hos {shop}: {price}',
  'notice.canBeOrdered': '{product} kan bestilles igen hos {shop}: {price}',
  'notice.ended': 'I orden. Du hører ikke mere om {product}, medmindre du beder om det igen.',
  'test.confirm':
    'Testen virker indtil nu: du venter på {product}. Tryk nu på »Lad, som om den er tilbage« i appen.',
  greeting: 'Hej! Bed her om én besked, når en udsolgt vare fra {shop} er tilbage.',
  'button.buy': 'Køb',
  'button.no': 'Nej tak',
  'button.next': 'Næste gang',
  'button.view': 'Se varen',
  'button.more': 'Anden størrelse',
  'button.alerts': 'Mine beskeder',
  'button.stop': 'Stop',
  'button.stopAll': 'Stop alle',
  'button.others': 'Stop de andre',
  'button.pick': 'Denne',
};
