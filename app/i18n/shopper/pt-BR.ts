// What a shopper reads, in Portuguese as in Brazil.
import type { ShopperTexts } from './en.ts';

export const ptBR: ShopperTexts = {
  'request.title': 'Quer saber quando {product} voltar?',
  'request.unnamed': 'Quer saber quando este produto voltar?',
  'request.unavailable': 'No momento não podemos registrar sua solicitação. Tente de novo mais tarde.',
  'card.soldOut': 'Esgotado na loja {shop}',
  'arrive.available': '{product} está disponível agora.',
  'arrive.waiting':
    'Você já está na lista de espera de {product}. Vamos mandar uma única mensagem quando voltar ao estoque. Podemos fazer isso até {until, date, long}.',
  'arrive.gone':
    'Esse produto não está mais na loja. Que outro produto você está esperando? Mande o link ou o nome.',
  'arrive.leftOut':
    'Não oferecemos avisos para esse produto. Que outro produto você está esperando? Mande o link ou o nome.',
  'arrive.noRef':
    'Oi! Aqui é o assistente automático da loja {shop}. Que produto esgotado você está esperando? Mande o link ou o nome.',
  'arrive.badRef': 'Não conseguimos identificar o produto. Mande o link ou o nome.',
  confirm:
    'Pronto, você está na lista! Vamos mandar uma única mensagem quando {product} voltar ao estoque. Podemos fazer isso até {until, date, long}. Responda STOP para parar todos os avisos desta Página. Mensagem automática da loja {shop}.',
  'confirm.unnamed':
    'Pronto, você está na lista! Vamos mandar uma única mensagem quando este produto voltar ao estoque. Podemos fazer isso até {until, date, long}. Responda STOP para parar todos os avisos desta Página. Mensagem automática da loja {shop}.',
  position: 'Você é o número {position, number} da fila.',
  'find.none': 'Não encontramos nenhum produto esgotado com esse nome. Tente outro nome ou mande o link.',
  'find.which': 'De qual produto você está falando?',
  'find.option': '{product}: qual opção você quer?',
  'find.shortened':
    'Estas são {shown, number} de {count, number} opções esgotadas. Você também pode mandar o nome da que você quer.',
  'find.text': 'Mande o nome do produto ou o link.',
  'more.which': '{product}: qual outra opção você quer?',
  'more.none': 'Todas as outras opções de {product} estão disponíveis ou já estão na sua lista.',
  'alerts.none': 'Você não tem avisos ativos.',
  'alerts.count': '{count, plural, one {Você tem # aviso ativo.} other {Você tem # avisos ativos.}}',
  'alerts.line': 'Número {position, number} da fila, até {until, date, medium}',
  'cancel.one': 'Seu aviso de {product} foi cancelado.',
  'cancel.others': 'Seus avisos de outras opções de {product} foram cancelados.',
  'optOut.done':
    'Pronto! Você não vai mais receber avisos desta Página. Para pedir de novo, use o botão na página de um produto.',
  'erase.done': 'Apagamos tudo o que tínhamos guardado sobre você aqui.',
  'optin.unknown': 'Esta solicitação expirou. Se quiser um aviso, use de novo o botão na página do produto.',
  handoff: 'Agradecemos sua mensagem! Alguém da loja {shop} vai responder por aqui.',
  'notification.backInStock': 'De volta ao estoque: {product} na loja {shop} – {price}',
  'notification.orderable': 'Disponível para encomenda: {product} na loja {shop} – {price}',
  'notification.declined': 'Tudo bem. Só vamos falar de {product} de novo se você pedir.',
  'test.confirm':
    'Até aqui, tudo certo: você está na lista de espera de {product}. Agora volte ao app e envie o aviso de teste para você.',
  greeting:
    'Oi! Peça por aqui e mandamos uma única mensagem quando um produto esgotado da loja {shop} voltar.',
  'link.unknown.title': 'Este link não funciona mais',
  'link.unknown.text':
    'A loja pode ter fechado ou o link não foi copiado por inteiro. Abra a loja para encontrar o produto.',
  'button.buy': 'Comprar',
  'button.no': 'Agora não',
  'button.next': 'Avise-me de novo',
  'button.view': 'Ver produto',
  'button.more': 'Outras opções',
  'button.alerts': 'Meus avisos',
  'button.cancel': 'Cancelar aviso',
  'button.optOut': 'Cancelar todos',
  'button.cancelOthers': 'Cancelar os outros',
  'button.select': 'Escolher',
};
