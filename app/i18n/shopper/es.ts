// What a shopper reads, in Spanish.
import type { Words } from './en.ts';

export const es: Words = {
  'request.title': '{product}: ¿te avisamos cuando vuelva?',
  'request.unnamed': '¿Te avisamos cuando vuelva este producto?',
  'request.unavailable': 'Ahora no podemos atender esta petición. Inténtalo de nuevo más tarde.',
  'card.soldOut': 'Agotado en {shop}',
  'arrive.forSale': '{product} está a la venta ahora mismo.',
  'arrive.waiting':
    'Ya estás en la lista de {product}. Te escribiremos una vez cuando vuelva, como muy tarde hasta el {until, date, long}.',
  'arrive.gone': 'Ese producto ya no está en la tienda. ¿Qué otro quieres que vigilemos?',
  'arrive.noRef':
    '¡Hola! Soy el asistente automático de {shop}. ¿Qué producto agotado quieres que vigilemos? Pega su enlace o escribe su nombre.',
  'arrive.badRef': 'No hemos podido leer qué producto era. Pega el enlace de su página o escribe su nombre.',
  confirm:
    'Hecho. Recibirás un mensaje sobre {product} cuando vuelva, válido hasta el {until, date, long}. Escribe STOP en cualquier momento para anularlo. Enviado automáticamente por {shop}.',
  'confirm.unnamed':
    'Hecho. Recibirás un mensaje sobre este producto cuando vuelva, válido hasta el {until, date, long}. Escribe STOP en cualquier momento para anularlo. Enviado automáticamente por {shop}.',
  place: 'Eres el número {place, number} de la lista.',
  'find.none':
    'No hemos encontrado ningún producto agotado con ese nombre. Prueba con otro nombre o pega el enlace de su página.',
  'find.which': '¿A qué producto te refieres?',
  'find.size': '{product}: ¿cuál vigilamos?',
  'find.words': 'Escribe el nombre del producto o pega el enlace de su página.',
  'more.which': '{product}: ¿qué otro vigilamos?',
  'more.none': 'Todos los demás de {product} están a la venta o ya están en tu lista.',
  'alerts.none': 'Ahora mismo no esperas nada.',
  'alerts.count': 'Esperas {count, plural, one {# producto} other {# productos}}.',
  'alerts.line': 'Número {place, number} de la lista, hasta el {until, date, medium}',
  'stop.one': 'Anulado: no te diremos nada más de {product}.',
  'stop.others': 'Anulado: ya no esperas otras tallas de {product}.',
  'stop.all':
    'Anulado. No recibirás más avisos de esta página. Para volver a pedirlos, usa el botón de la página de un producto.',
  'forget.done': 'Hemos borrado todo lo que guardábamos sobre ti aquí.',
  'optin.unknown': 'Esa tarjeta ya no es válida. Vuelve a pedirlo en la página del producto.',
  defer: 'Gracias por tu mensaje. Una persona de {shop} te responderá aquí.',
  'notice.back': '{product} vuelve a estar disponible en {shop}: {price}',
  'notice.canBeOrdered': '{product} se puede volver a pedir en {shop}: {price}',
  'notice.ended': 'De acuerdo. No te diremos nada más de {product} si no lo pides de nuevo.',
  'test.confirm':
    'La prueba funciona hasta aquí: esperas {product}. Ahora pulsa «Simular que ha vuelto» en la aplicación.',
  greeting: '¡Hola! Pide aquí que te avisemos una vez cuando vuelva un producto agotado de {shop}.',
  'button.buy': 'Comprar',
  'button.no': 'No, gracias',
  'button.next': 'La próxima vez',
  'button.view': 'Ver producto',
  'button.more': 'Otra talla',
  'button.alerts': 'Mis avisos',
  'button.stop': 'Anular',
  'button.stopAll': 'Anular todo',
  'button.others': 'Anular otras tallas',
  'button.pick': 'Este',
};
