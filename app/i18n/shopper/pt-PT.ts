// What a shopper reads, in Portuguese as in Portugal.
import type { ShopperTexts } from './en.ts';

export const ptPT: ShopperTexts = {
  'request.title': 'Quer um aviso quando {product} voltar?',
  'request.unnamed': 'Quer um aviso quando este produto voltar?',
  'request.unavailable': 'De momento não podemos registar o seu pedido. Tente novamente mais tarde.',
  'card.soldOut': 'Esgotado na loja {shop}',
  'arrive.available': '{product} está disponível neste momento.',
  'arrive.waiting':
    'Já está na lista de espera de {product}. Enviamos-lhe uma única mensagem quando voltar a estar em stock. Podemos fazê-lo até {until, date, long}.',
  'arrive.gone':
    'Esse produto já não existe na loja. Por que outro produto está à espera? Envie-nos o link ou o nome.',
  'arrive.leftOut':
    'Não oferecemos avisos para esse produto. Por que outro produto está à espera? Envie-nos o link ou o nome.',
  'arrive.noRef':
    'Olá! Este é o assistente automático da loja {shop}. Por que produto esgotado está à espera? Envie-nos o link ou o nome.',
  'arrive.badRef': 'Não conseguimos identificar o produto. Envie-nos o link ou o nome.',
  confirm:
    'Já está na lista! Enviamos-lhe uma única mensagem quando {product} voltar a estar em stock. Podemos fazê-lo até {until, date, long}. Responda STOP para parar todos os avisos desta Página. Mensagem automática da loja {shop}.',
  'confirm.unnamed':
    'Já está na lista! Enviamos-lhe uma única mensagem quando este produto voltar a estar em stock. Podemos fazê-lo até {until, date, long}. Responda STOP para parar todos os avisos desta Página. Mensagem automática da loja {shop}.',
  position: 'Tem o número {position, number} na fila.',
  'find.none':
    'Não encontrámos nenhum produto esgotado com esse nome. Experimente outro nome ou envie-nos o link.',
  'find.which': 'De que produto se trata?',
  'find.option': '{product}: que opção pretende?',
  'find.shortened':
    'Estas são {shown, number} de {count, number} opções esgotadas. Também pode enviar o nome da que pretende.',
  'find.text': 'Envie-nos o nome do produto ou o link.',
  'more.which': '{product}: que outra opção pretende?',
  'more.none': 'Todas as outras opções de {product} estão disponíveis ou já estão na sua lista.',
  'alerts.none': 'Não tem avisos ativos.',
  'alerts.count': '{count, plural, one {Tem # aviso ativo.} other {Tem # avisos ativos.}}',
  'alerts.line': 'Número {position, number} na fila, até {until, date, medium}',
  'cancel.one': 'O seu aviso de {product} foi cancelado.',
  'cancel.others': 'Os seus avisos de outras opções de {product} foram cancelados.',
  'optOut.done':
    'Feito: não vai receber mais avisos desta Página. Para voltar a pedir, use o botão na página de um produto.',
  'erase.done': 'Eliminámos tudo o que tínhamos guardado aqui sobre si.',
  'optin.unknown': 'Este pedido expirou. Se quiser um aviso, use novamente o botão na página do produto.',
  handoff: 'Agradecemos a sua mensagem! Alguém da loja {shop} vai responder-lhe por aqui.',
  'notification.backInStock': 'De novo em stock: {product} na loja {shop} – {price}',
  'notification.orderable': 'Disponível para encomenda: {product} na loja {shop} – {price}',
  'notification.declined': 'Muito bem. Só voltaremos a escrever-lhe sobre {product} se nos pedir.',
  'test.confirm':
    'Até aqui, tudo bem: está na lista de espera de {product}. Volte agora à aplicação e envie o aviso de teste para si.',
  greeting:
    'Olá! Peça aqui e enviamos-lhe uma única mensagem quando um produto esgotado da loja {shop} voltar.',
  'link.unknown.title': 'Este link já não funciona',
  'link.unknown.text':
    'A loja pode ter fechado ou o link não foi copiado por completo. Abra a loja para encontrar o produto.',
  'button.buy': 'Comprar',
  'button.no': 'Agora não',
  'button.next': 'Avisar novamente',
  'button.view': 'Ver produto',
  'button.more': 'Outras opções',
  'button.alerts': 'Os meus avisos',
  'button.cancel': 'Cancelar aviso',
  'button.optOut': 'Cancelar todos',
  'button.cancelOthers': 'Cancelar os outros',
  'button.select': 'Escolher',
};
