// What a shopper reads, in Polish.
import type { Words } from './en.ts';

export const pl: Words = {
  'request.title': '{product}: dać znać, gdy wróci?',
  'request.unnamed': 'Dać znać, gdy ten produkt wróci?',
  'request.unavailable': 'Nie możemy teraz przyjąć tej prośby. Spróbuj ponownie później.',
  'card.soldOut': 'Wyprzedane w {shop}',
  'arrive.forSale': '{product} jest teraz w sprzedaży.',
  'arrive.waiting':
    'Jesteś już na liście: {product}. Napiszemy jeden raz, gdy wróci, najpóźniej do {until, date, long}.',
  'arrive.gone': 'Tego produktu nie ma już w sklepie. Na który inny mamy mieć oko?',
  'arrive.noRef':
    'Cześć! Tu automatyczny asystent sklepu {shop}. Na który wyprzedany produkt mamy mieć oko? Wklej link albo wpisz nazwę.',
  'arrive.badRef': 'Nie udało się odczytać, o który produkt chodzi. Wklej link do strony albo wpisz nazwę.',
  confirm:
    'Gotowe. Dostaniesz jedną wiadomość, gdy wróci: {product}. Ważne do {until, date, long}. Napisz STOP w dowolnej chwili, aby zrezygnować. Wysłane automatycznie przez {shop}.',
  'confirm.unnamed':
    'Gotowe. Dostaniesz jedną wiadomość, gdy ten produkt wróci. Ważne do {until, date, long}. Napisz STOP w dowolnej chwili, aby zrezygnować. Wysłane automatycznie przez {shop}.',
  place: 'Twoje miejsce w kolejce: {place, number}.',
  'find.none':
    'Nie znaleźliśmy wyprzedanego produktu o tej nazwie. Spróbuj innej nazwy albo wklej link do strony.',
  'find.which': 'O który produkt chodzi?',
  'find.size': '{product}: na który mamy mieć oko?',
  'find.words': 'Wpisz nazwę produktu albo wklej link do jego strony.',
  'more.which': '{product}: na który jeszcze?',
  'more.none': '{product}: wszystkie pozostałe są w sprzedaży albo już na Twojej liście.',
  'alerts.none': 'Na nic teraz nie czekasz.',
  'alerts.count':
    'Czekasz na {count, plural, one {# produkt} few {# produkty} many {# produktów} other {# produktu}}.',
  'alerts.line': 'Miejsce {place, number} w kolejce, do {until, date, medium}',
  'stop.one': 'Zatrzymane: nie napiszemy więcej o {product}.',
  'stop.others': 'Zatrzymane: nie czekasz już na inne rozmiary {product}.',
  'stop.all':
    'Zatrzymane. Nie dostaniesz więcej powiadomień od tej strony. Aby poprosić ponownie, użyj przycisku na stronie produktu.',
  'forget.done': 'Wszystko, co tu o Tobie przechowywaliśmy, zostało usunięte.',
  'optin.unknown': 'Ta karta nie jest już ważna. Poproś ponownie na stronie produktu.',
  defer: 'Dziękujemy za wiadomość. Odpowie Ci tutaj ktoś z {shop}.',
  'notice.back': '{product} znów dostępne w {shop}: {price}',
  'notice.canBeOrdered': '{product} można znów zamówić w {shop}: {price}',
  'notice.ended': 'W porządku. Nie napiszemy więcej o {product}, chyba że poprosisz ponownie.',
  'test.confirm': 'Test na razie działa: czekasz na {product}. Teraz naciśnij w aplikacji „Udaj, że wrócił”.',
  greeting: 'Cześć! Poproś tu o jedną wiadomość, gdy wyprzedany produkt {shop} wróci.',
  'button.buy': 'Kup',
  'button.no': 'Nie, dziękuję',
  'button.next': 'Następnym razem',
  'button.view': 'Zobacz produkt',
  'button.more': 'Inny rozmiar',
  'button.alerts': 'Moje powiadomienia',
  'button.stop': 'Zatrzymaj',
  'button.stopAll': 'Zatrzymaj wszystko',
  'button.others': 'Zatrzymaj inne',
  'button.pick': 'Ten',
};
