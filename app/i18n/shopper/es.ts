// What a shopper reads, in Spanish.
import type { ShopperTexts } from './en.ts';

export const es: ShopperTexts = {
  'request.title': '¿Te avisamos cuando vuelva {product}?',
  'request.unnamed': '¿Te avisamos cuando vuelva este producto?',
  'request.unavailable': 'Ahora mismo no podemos registrar tu solicitud. Inténtalo de nuevo más tarde.',
  'card.soldOut': 'Agotado en {shop}',
  'arrive.available': '{product} está disponible ahora mismo.',
  'arrive.waiting':
    'Ya estás en la lista de espera de {product}. Te escribiremos una sola vez cuando vuelva a estar disponible. Podemos hacerlo hasta el {until, date, long}.',
  'arrive.gone':
    'Ese producto ya no está en la tienda. ¿De qué otro producto quieres que te avisemos? Envíanos su enlace o su nombre.',
  'arrive.leftOut':
    'No ofrecemos avisos para ese producto. ¿De qué otro producto quieres que te avisemos? Envíanos su enlace o su nombre.',
  'arrive.noRef':
    '¡Hola! Soy el asistente automático de {shop}. ¿De qué producto agotado quieres que te avisemos? Envíanos su enlace o su nombre.',
  'arrive.badRef': 'No pudimos identificar el producto. Envíanos su enlace o su nombre.',
  confirm:
    '¡Ya estás en la lista! Te escribiremos una sola vez cuando {product} vuelva a estar disponible. Podemos hacerlo hasta el {until, date, long}. Responde STOP para no recibir más avisos de esta página. Mensaje automático de {shop}.',
  'confirm.unnamed':
    '¡Ya estás en la lista! Te escribiremos una sola vez cuando este producto vuelva a estar disponible. Podemos hacerlo hasta el {until, date, long}. Responde STOP para no recibir más avisos de esta página. Mensaje automático de {shop}.',
  position: 'Tienes el número {position, number} en la lista.',
  'find.none':
    'No encontramos ningún producto agotado con ese nombre. Prueba con otro nombre o envíanos su enlace.',
  'find.which': '¿A qué producto te refieres?',
  'find.option': '{product}: ¿qué opción te interesa?',
  'find.shortened':
    'Estas son {shown, number} de {count, number} opciones agotadas. También puedes enviarnos el nombre de la que quieres.',
  'find.text': 'Envíanos el nombre del producto o su enlace.',
  'more.which': '{product}: ¿qué otra opción te interesa?',
  'more.none': 'Todas las demás opciones de {product} están disponibles o ya están en tu lista.',
  'alerts.none': 'No tienes avisos activos.',
  'alerts.count': '{count, plural, one {Tienes # aviso activo.} other {Tienes # avisos activos.}}',
  'alerts.line': 'Número {position, number} en la lista, hasta el {until, date, medium}',
  'cancel.one': 'Tu aviso de {product} está cancelado.',
  'cancel.others': 'Tus avisos de otras opciones de {product} están cancelados.',
  'optOut.done':
    'Listo, no recibirás más avisos de esta página. Para volver a pedirlos, usa el botón en la página de un producto.',
  'erase.done': 'Eliminamos todo lo que habíamos guardado sobre ti aquí.',
  'optin.unknown':
    'Esta solicitud ha caducado. Si quieres un aviso, vuelve a usar el botón en la página del producto.',
  handoff: '¡Gracias por tu mensaje! Alguien de {shop} te responderá aquí.',
  'notification.backInStock': 'Disponible de nuevo: {product} en {shop} – {price}',
  'notification.orderable': 'Ya se puede pedir: {product} en {shop} – {price}',
  'notification.declined':
    'De acuerdo. No volveremos a escribirte sobre {product}, a menos que nos lo pidas.',
  'test.confirm':
    'Todo bien por ahora: estás en la lista de espera de {product}. Vuelve a la app y envíate el aviso de prueba.',
  greeting: '¡Hola! Pídelo aquí y te escribiremos una sola vez cuando vuelva un producto agotado de {shop}.',
  'link.unknown.title': 'Este enlace ya no funciona',
  'link.unknown.text':
    'Puede que la tienda haya cerrado o que el enlace no se haya copiado completo. Abre la tienda para encontrar el producto.',
  'button.buy': 'Comprar',
  'button.no': 'No, gracias',
  'button.next': 'Avísame otra vez',
  'button.view': 'Ver producto',
  'button.more': 'Otras opciones',
  'button.alerts': 'Mis avisos',
  'button.cancel': 'Cancelar aviso',
  'button.optOut': 'Cancelar todos',
  'button.cancelOthers': 'Cancelar los demás',
  'button.select': 'Elegir',
};
