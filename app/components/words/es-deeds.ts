// What the merchant reads where they do something out of the ordinary: move waiters, send themselves a draft, look at what was kept. Spanish.
import type { enDeeds } from './en-deeds.ts';

export const esDeeds: Record<keyof typeof enDeeds, string> = {
  'draft.do': 'Enviarme una prueba',
  'draft.text':
    'Llega a tu propio Messenger tal como está aquí, guardado o no, marcado como prueba. No cambia ninguna cifra.',
  'draft.text.card':
    'Llega a tu propio Messenger como texto, guardado o no, marcado como prueba. La tarjeta llega con tu propia prueba, en la página Messenger.',
  'done.draft': 'Enviado a tu propio Messenger',
  'draft.no_page': 'Primero conecta tu página.',
  'draft.page_trouble': 'Tu página necesita atención primero, o el mensaje no llegaría.',
  'draft.no_test':
    'Haz una vez tu propia prueba, para que sepamos cuál es tu Messenger. Después vuelve y envíalo de nuevo.',
  'draft.stopped':
    'Escribiste STOP a tu página. Abre un enlace de prueba nuevo en la página Messenger para retirarlo y envíalo de nuevo.',
  'draft.window_closed':
    'Meta permite que tu página te escriba durante 24 horas desde tu último mensaje. Escribe cualquier cosa a tu página en Messenger, o repite tu propia prueba, y envíalo de nuevo.',
  'kept.title':
    '{kept, plural, one {No se actuó ante un mensaje de Meta} other {No se actuó ante # mensajes de Meta}}',
  'kept.text': 'Aquí no se muestra nada de lo que escribió un comprador. Cada uno se borra a los 30 días.',
  'kept.times': '{times, plural, one {Una vez, {date}} other {# veces, la última {date}}}',
  'kept.unknown_request': 'Un sí a una tarjeta que no conocemos',
  'kept.unknown_request.do':
    'Se pidió al comprador que pulse otra vez el botón en la página del producto. No tienes que hacer nada.',
  'kept.not_handled': 'No se pudo atender tras varios intentos',
  'kept.retry': 'Reintentar eventos',
  'kept.not_handled.do':
    'Lo próximo que haga este cliente se atiende como siempre. El evento se reintenta una vez al día y tras cada actualización de la app, o cuando pulses el botón. Si sigue aquí, escribe a nuestro soporte con la hora de abajo.',
  'kept.policy': 'Meta ha enviado un aviso a tu página',
  'kept.policy.do':
    'Abre el servicio de ayuda de tu página en Facebook y haz lo que pide Meta. Nadie pierde su puesto.',
  'kept.odd': 'Meta envió algo que esta app no conoce',
  'kept.odd.do':
    'No cambia nada para los que esperan. Si algún comprador dice que no recibe respuesta, escribe a nuestro soporte.',
  'move.title': 'Esta variante se eliminó en Shopify',
  'move.text':
    '{waiting, plural, =0 {Ya no espera nadie por ella.} one {Todavía espera # persona, y solo se le puede avisar de otra variante de este producto.} other {Todavía esperan # personas, y solo se les puede avisar de otra variante de este producto.}} Nadie se mueve si no lo haces tú.',
  'move.silent': 'Shopify no nombró las variantes del producto. Vuelve a cargar la página en un momento.',
  'move.nowhere':
    'Al producto no le queda ninguna variante, así que no hay adónde moverlas. Un producto creado de nuevo es otro producto: el comprador dijo que sí a este.',
  'move.to': 'Que esperen por',
  'move.do': 'Moverlas',
  'move.ask':
    '{waiting, plural, one {# persona que espera por «{from}» esperará por «{to}».} other {# personas que esperan por «{from}» esperarán por «{to}».}} Conservan su puesto y se les avisará de «{to}» con ese nombre. No se puede deshacer.',
  'move.yes': '{waiting, plural, one {Mover a # persona} other {Mover a # personas}}',
  'move.no': 'Dejarlas aquí',
  'move.not_missing': 'Shopify vuelve a conocer esta variante, así que no se movió a nadie.',
  'move.other_product': 'Esa variante es de otro producto. No se movió a nadie.',
  'move.unknown': 'Shopify ya no conoce la variante que elegiste. No se movió a nadie.',
  'move.no_answer': 'Shopify no respondió. No se movió a nadie; inténtalo de nuevo en un momento.',
  'done.move': 'Movidas: todas conservan su puesto',
};
