// What a shopper reads, in Polish.
import type { ShopperTexts } from './en.ts';

export const pl: ShopperTexts = {
  'request.title': 'Dać Ci znać, gdy wróci {product}?',
  'request.unnamed': 'Dać Ci znać, gdy ten produkt wróci?',
  'request.unavailable': 'Nie możemy teraz przyjąć tej prośby. Spróbuj ponownie później.',
  'card.soldOut': 'Wyprzedane w sklepie {shop}',
  'arrive.available': 'Produkt {product} jest teraz dostępny.',
  'arrive.waiting':
    'Jesteś już na liście oczekujących na produkt {product}. Napiszemy do Ciebie jeden raz, gdy wróci do sprzedaży. Możemy to zrobić do {until, date, long}.',
  'arrive.gone':
    'Tego produktu nie ma już w sklepie. Na jaki inny produkt czekasz? Wyślij nam link lub nazwę.',
  'arrive.leftOut':
    'Nie oferujemy powiadomień o tym produkcie. Na jaki inny produkt czekasz? Wyślij nam link lub nazwę.',
  'arrive.noRef':
    'Cześć! Tu automatyczny asystent sklepu {shop}. Na jaki wyprzedany produkt czekasz? Wyślij nam link lub nazwę.',
  'arrive.badRef': 'Nie udało się rozpoznać produktu. Wyślij nam link lub nazwę.',
  confirm:
    'Jesteś na liście! Napiszemy do Ciebie jeden raz, gdy produkt {product} wróci do sprzedaży. Możemy to zrobić do {until, date, long}. Odpowiedz STOP, aby wyłączyć wszystkie powiadomienia od tej strony. Wiadomość automatyczna od sklepu {shop}.',
  'confirm.unnamed':
    'Jesteś na liście! Napiszemy do Ciebie jeden raz, gdy ten produkt wróci do sprzedaży. Możemy to zrobić do {until, date, long}. Odpowiedz STOP, aby wyłączyć wszystkie powiadomienia od tej strony. Wiadomość automatyczna od sklepu {shop}.',
  position: 'Twoje miejsce w kolejce: {position, number}.',
  'find.none': 'Nie znaleźliśmy wyprzedanego produktu o tej nazwie. Spróbuj innej nazwy lub wyślij nam link.',
  'find.which': 'Który produkt masz na myśli?',
  'find.option': '{product}: którą opcję wybierasz?',
  'find.shortened':
    'Pokazujemy {shown, number} z {count, number} wyprzedanych opcji. Możesz też wysłać nazwę tej, którą wybierasz.',
  'find.text': 'Wyślij nam nazwę produktu lub link do niego.',
  'more.which': '{product}: którą inną opcję wybierasz?',
  'more.none': '{product}: wszystkie pozostałe opcje są dostępne albo już są na Twojej liście.',
  'alerts.none': 'Nie masz aktywnych powiadomień.',
  'alerts.count':
    '{count, plural, one {Masz # aktywne powiadomienie.} few {Masz # aktywne powiadomienia.} many {Masz # aktywnych powiadomień.} other {Masz # aktywnego powiadomienia.}}',
  'alerts.line': 'Miejsce {position, number} w kolejce, do {until, date, medium}',
  'cancel.one': 'Powiadomienie anulowane: {product}.',
  'cancel.others': 'Powiadomienia o pozostałych opcjach anulowane: {product}.',
  'optOut.done':
    'Gotowe: nie dostaniesz więcej powiadomień od tej strony. Jeśli zmienisz zdanie, użyj przycisku na stronie produktu.',
  'erase.done': 'Wszystko, co tu o Tobie zapisaliśmy, zostało usunięte.',
  'optin.unknown':
    'Ta prośba wygasła. Jeśli chcesz dostać powiadomienie, użyj ponownie przycisku na stronie produktu.',
  handoff: 'Dziękujemy za wiadomość! Odpowie Ci tutaj ktoś ze sklepu {shop}.',
  'notification.backInStock': 'Znów w sprzedaży: {product} w sklepie {shop} – {price}',
  'notification.orderable': 'Znów można zamówić: {product} w sklepie {shop} – {price}',
  'notification.declined':
    'W porządku. Nie napiszemy więcej o produkcie {product}, chyba że nas o to poprosisz.',
  'test.confirm':
    'Na razie wszystko działa: jesteś na liście oczekujących na produkt {product}. Wróć teraz do aplikacji i wyślij sobie powiadomienie testowe.',
  greeting: 'Cześć! Napisz tutaj, a damy Ci znać jeden raz, gdy wróci wyprzedany produkt ze sklepu {shop}.',
  'link.unknown.title': 'Ten link już nie działa',
  'link.unknown.text':
    'Być może sklep został zamknięty albo link skopiowano tylko częściowo. Otwórz sklep, aby znaleźć produkt.',
  'button.buy': 'Kup',
  'button.no': 'Nie, dziękuję',
  'button.next': 'Powiadom ponownie',
  'button.view': 'Zobacz produkt',
  'button.more': 'Inne opcje',
  'button.alerts': 'Moje powiadomienia',
  'button.cancel': 'Anuluj powiadomienie',
  'button.optOut': 'Wyłącz wszystkie',
  'button.cancelOthers': 'Anuluj pozostałe',
  'button.select': 'Wybierz',
};
