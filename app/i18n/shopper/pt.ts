// What a shopper reads, in Portuguese: in words that are at home on both sides of the Atlantic.
import type { Words } from './en.ts';

export const pt: Words = {
  'request.title': '{product}: avisamos quando voltar?',
  'request.unnamed': 'Avisamos quando este produto voltar?',
  'request.unavailable': 'Agora não podemos atender este pedido. Tente de novo mais tarde.',
  'card.soldOut': 'Esgotado em {shop}',
  'arrive.forSale': '{product} está à venda neste momento.',
  'arrive.waiting':
    'Já está na lista para {product}. Escrevemos uma vez quando voltar, até {until, date, long} no máximo.',
  'arrive.gone': 'Esse produto já não está na loja. Que outro podemos acompanhar?',
  'arrive.noRef':
    'Olá! Este é o assistente automático de {shop}. Que produto esgotado podemos acompanhar? Cole o link ou escreva o nome.',
  'arrive.badRef': 'Não conseguimos ler qual era o produto. Cole o link da página dele ou escreva o nome.',
  confirm:
    'Feito. Vai receber uma única mensagem sobre {product} quando voltar, válida até {until, date, long}. Escreva STOP a qualquer momento para cancelar. Enviado automaticamente por {shop}.',
  'confirm.unnamed':
    'Feito. Vai receber uma única mensagem sobre este produto quando voltar, válida até {until, date, long}. Escreva STOP a qualquer momento para cancelar. Enviado automaticamente por {shop}.',
  place: 'É o número {place, number} da fila.',
  'find.none':
    'Não encontrámos nenhum produto esgotado com esse nome. Tente outro nome ou cole o link da página.',
  'find.which': 'A que produto se refere?',
  'find.size': '{product}: qual acompanhamos?',
  'find.words': 'Escreva o nome do produto ou cole o link da página dele.',
  'more.which': '{product}: que outro acompanhamos?',
  'more.none': 'Todos os outros de {product} estão à venda ou já na sua lista.',
  'alerts.none': 'Neste momento não espera por nada.',
  'alerts.count': 'Espera por {count, plural, one {# produto} other {# produtos}}.',
  'alerts.line': 'Número {place, number} da fila, até {until, date, medium}',
  'stop.one': 'Cancelado: não diremos mais nada sobre {product}.',
  'stop.others': 'Cancelado: já não espera por outros tamanhos de {product}.',
  'stop.all':
    'Cancelado. Não vai receber mais avisos desta Página. Para voltar a pedir, use o botão na página de um produto.',
  'forget.done': 'Tudo o que guardávamos aqui sobre si foi apagado.',
  'optin.unknown': 'Esse cartão já não é válido. Peça de novo na página do produto.',
  defer: 'Obrigado pela mensagem. Uma pessoa de {shop} vai responder aqui.',
  'notice.back': '{product} está de volta em {shop}: {price}',
  'notice.canBeOrdered': '{product} pode ser encomendado de novo em {shop}: {price}',
  'notice.ended': 'Está bem. Não diremos mais nada sobre {product}, a não ser que peça de novo.',
  'test.confirm':
    'O teste funciona até aqui: espera por {product}. Agora prima «Fingir que voltou» na aplicação.',
  greeting: 'Olá! Peça aqui para ser avisado uma vez quando um produto esgotado de {shop} voltar.',
  'button.buy': 'Comprar',
  'button.no': 'Não, obrigado',
  'button.next': 'Na próxima vez',
  'button.view': 'Ver produto',
  'button.more': 'Outro tamanho',
  'button.alerts': 'Os meus avisos',
  'button.stop': 'Cancelar',
  'button.stopAll': 'Cancelar tudo',
  'button.others': 'Cancelar outros',
  'button.pick': 'Este',
};
