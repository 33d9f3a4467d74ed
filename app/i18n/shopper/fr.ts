// What a shopper reads, in French.
import type { Words } from './en.ts';

export const fr: Words = {
  'request.title': '{product} : vous prévenir à son retour ?',
  'request.unnamed': 'Vous prévenir au retour de ce produit ?',
  'request.unavailable': 'Nous ne pouvons pas prendre cette demande pour le moment. Réessayez plus tard.',
  'card.soldOut': 'Épuisé chez {shop}',
  'arrive.forSale': '{product} est en vente en ce moment.',
  'arrive.waiting':
    'Vous êtes déjà sur la liste pour {product}. Nous vous écrirons une fois à son retour, au plus tard le {until, date, long}.',
  'arrive.gone': 'Ce produit n’est plus dans la boutique. Quel autre pouvons-nous surveiller ?',
  'arrive.noRef':
    'Bonjour ! Je suis l’assistant automatique de {shop}. Quel produit épuisé pouvons-nous surveiller ? Collez son lien ou écrivez son nom.',
  'arrive.badRef':
    'Nous n’avons pas pu lire de quel produit il s’agit. Collez le lien de sa page ou écrivez son nom.',
  confirm:
    'C’est noté. Vous recevrez un seul message au retour de {product}, valable jusqu’au {until, date, long}. Écrivez STOP à tout moment pour y mettre fin. Envoyé automatiquement par {shop}.',
  'confirm.unnamed':
    'C’est noté. Vous recevrez un seul message au retour de ce produit, valable jusqu’au {until, date, long}. Écrivez STOP à tout moment pour y mettre fin. Envoyé automatiquement par {shop}.',
  place: 'Vous êtes numéro {place, number} dans la file.',
  'find.none':
    'Nous n’avons trouvé aucun produit épuisé de ce nom. Essayez un autre nom ou collez le lien de sa page.',
  'find.which': 'De quel produit parlez-vous ?',
  'find.size': '{product} : lequel surveiller ?',
  'find.words': 'Écrivez le nom du produit ou collez le lien de sa page.',
  'more.which': '{product} : quel autre surveiller ?',
  'more.none': 'Tous les autres de {product} sont en vente ou déjà sur votre liste.',
  'alerts.none': 'Vous n’attendez rien pour le moment.',
  'alerts.count': 'Vous attendez {count, plural, one {# produit} other {# produits}}.',
  'alerts.line': 'Numéro {place, number} dans la file, jusqu’au {until, date, medium}',
  'stop.one': 'Arrêté : vous ne recevrez plus rien au sujet de {product}.',
  'stop.others': 'Arrêté : vous n’attendez plus d’autres tailles de {product}.',
  'stop.all':
    'Arrêté. Vous ne recevrez plus d’alertes de cette Page. Pour en redemander, utilisez le bouton sur la page d’un produit.',
  'forget.done': 'Tout ce que nous gardions sur vous ici a été effacé.',
  'optin.unknown': 'Cette carte n’est plus valable. Refaites votre demande sur la page du produit.',
  defer: 'Merci pour votre message. Une personne de {shop} vous répondra ici.',
  'notice.back': '{product} est de retour chez {shop} : {price}',
  'notice.canBeOrdered': '{product} peut de nouveau être commandé chez {shop} : {price}',
  'notice.ended': 'Entendu. Vous n’entendrez plus parler de {product}, sauf si vous le redemandez.',
  'test.confirm':
    'Le test fonctionne jusqu’ici : vous attendez {product}. Appuyez maintenant sur « Simuler le retour » dans l’application.',
  greeting: 'Bonjour ! Demandez ici à être prévenu une fois du retour d’un produit épuisé de {shop}.',
  'button.buy': 'Acheter',
  'button.no': 'Non merci',
  'button.next': 'La prochaine fois',
  'button.view': 'Voir le produit',
  'button.more': 'Une autre taille',
  'button.alerts': 'Mes alertes',
  'button.stop': 'Arrêter',
  'button.stopAll': 'Tout arrêter',
  'button.others': 'Arrêter les autres',
  'button.pick': 'Celui-ci',
};
