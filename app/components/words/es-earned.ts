// What the merchant reads about what the messages brought, in Spanish.
import type { enEarned } from './en-earned.ts';

export const esEarned: Record<keyof typeof enEarned, string> = {
  'figures.earned': 'Recuperado',
  'figures.earned.text':
    '{orders, plural, =0 {ningún pedido lleva nuestro enlace} one {# pedido lleva nuestro enlace} other {# pedidos llevan nuestro enlace}}; se cuentan desde el {date}',
  'figures.earned.none': 'Nada aún',
  'figures.earned.ended.text':
    '{orders, plural, one {# pedido lleva nuestro enlace} other {# pedidos llevan nuestro enlace}}; el recuento paró el {date}',
  'figures.earned.off': 'No se mide',
  'figures.earned.off.text': 'Los pedidos no se cuentan.',
  'days.title': 'Día a día',
  'days.none':
    'En este tiempo no se avisó a nadie. Cuando se avise, aquí verás en qué días se avisó, se pulsó Comprar y se compró.',
  'days.told': 'Avisados',
  'days.taps': 'Pulsaron Comprar',
  'days.earned': 'Recuperado, {currency}',
  'days.most': 'máximo: {most}, el {day}',
  'days.drawn': '{what} del {from} al {until}: el día con más, {day}, {most}',
  'days.drawn.none': '{what}: nada del {from} al {until}',
  'days.table': 'Los días en una tabla',
  'days.day': 'Día',
  'days.empty': 'Los demás días: nada.',
  'count.title': 'Pedidos que traen tus mensajes',
  'count.offer':
    'Para contarlos, Shopify preguntará si esta app puede leer pedidos. Guardamos el número, el total, la moneda y la hora del pedido, y nada del cliente.',
  'count.missed':
    'Solo cuentan los pedidos que llevan nuestro enlace. Algunos se pierden cuando el navegador de Messenger pasa a otro.',
  'count.do': 'Contar pedidos',
  'count.since':
    'Se cuentan desde el {date}: el total del pedido entero en la moneda de tu tienda, menos lo reembolsado. Los pedidos de prueba y los cancelados no cuentan.',
  'count.stop': 'Dejar de contar',
  'count.ended.stopped': 'Dejaste de contar: {date}',
  'count.ended.revoked': 'El recuento ha parado, porque Shopify ya no deja a esta app leer pedidos: {date}',
  'count.problem.declined': 'Nada ha cambiado: esta app no puede leer pedidos.',
  'count.problem.not_granted':
    'Shopify dice que esta app no puede leer pedidos. Inténtalo de nuevo y permítelo.',
  'count.problem.not_approved':
    'Shopify todavía no envía pedidos a esta app. Inténtalo de nuevo más adelante.',
  'count.problem.failed': 'Shopify no ha respondido. Inténtalo de nuevo en un momento.',
  'done.counting': 'Desde ahora se cuentan los pedidos',
  'done.stopped': 'Los pedidos ya no se cuentan',
};
