// What a shopper reads, in French.
import type { ShopperTexts } from './en.ts';

export const fr: ShopperTexts = {
  'request.title': '{product} : on vous prévient à son retour ?',
  'request.unnamed': 'On vous prévient du retour de ce produit ?',
  'request.unavailable': 'Nous ne pouvons pas enregistrer votre demande pour le moment. Réessayez plus tard.',
  'card.soldOut': 'Épuisé chez {shop}',
  'arrive.available': '{product} est disponible en ce moment.',
  'arrive.waiting':
    'Vous êtes déjà sur la liste d’attente pour {product}. Nous vous enverrons un seul message au retour en stock. Nous pouvons le faire jusqu’au {until, date, long}.',
  'arrive.gone':
    'Ce produit n’est plus dans la boutique. Quel autre produit attendez-vous ? Envoyez-nous son lien ou son nom.',
  'arrive.leftOut':
    'Nous ne proposons pas d’alertes pour ce produit. Quel autre produit attendez-vous ? Envoyez-nous son lien ou son nom.',
  'arrive.noRef':
    'Bonjour ! Ici l’assistant automatique de la boutique {shop}. Quel produit épuisé attendez-vous ? Envoyez-nous son lien ou son nom.',
  'arrive.badRef': 'Nous n’avons pas pu identifier le produit. Envoyez-nous son lien ou son nom.',
  confirm:
    'C’est noté ! Nous vous enverrons un seul message quand {product} sera de retour en stock. Nous pouvons le faire jusqu’au {until, date, long}. Répondez STOP pour ne plus recevoir d’alertes de cette Page. Message automatique envoyé par {shop}.',
  'confirm.unnamed':
    'C’est noté ! Nous vous enverrons un seul message quand ce produit sera de retour en stock. Nous pouvons le faire jusqu’au {until, date, long}. Répondez STOP pour ne plus recevoir d’alertes de cette Page. Message automatique envoyé par {shop}.',
  position: 'Vous êtes numéro {position, number} dans la file d’attente.',
  'find.none':
    'Nous n’avons trouvé aucun produit épuisé portant ce nom. Essayez un autre nom ou envoyez-nous son lien.',
  'find.which': 'De quel produit s’agit-il ?',
  'find.option': '{product} : quelle option vous intéresse ?',
  'find.shortened':
    'Voici {shown, number} des {count, number} options épuisées. Vous pouvez aussi nous envoyer le nom de celle que vous voulez.',
  'find.text': 'Envoyez-nous le nom du produit ou son lien.',
  'more.which': '{product} : quelle autre option vous intéresse ?',
  'more.none': '{product} : toutes les autres options sont disponibles ou déjà sur votre liste.',
  'alerts.none': 'Vous n’avez aucune alerte active.',
  'alerts.count': '{count, plural, one {Vous avez # alerte active.} other {Vous avez # alertes actives.}}',
  'alerts.line': 'Numéro {position, number} dans la file, jusqu’au {until, date, medium}',
  'cancel.one': 'Votre alerte pour {product} est annulée.',
  'cancel.others': '{product} : vos alertes pour les autres options sont annulées.',
  'optOut.done':
    'C’est fait : vous ne recevrez plus d’alertes de cette Page. Pour en demander à nouveau, utilisez le bouton sur la page d’un produit.',
  'erase.done': 'Tout ce que nous avions enregistré ici à votre sujet a été supprimé.',
  'optin.unknown':
    'Cette demande a expiré. Pour recevoir une alerte, utilisez à nouveau le bouton sur la page du produit.',
  handoff: 'Merci pour votre message ! Quelqu’un de chez {shop} vous répondra ici.',
  'notification.backInStock': 'De retour en stock : {product} chez {shop} – {price}',
  'notification.orderable': 'Commande à nouveau possible : {product} chez {shop} – {price}',
  'notification.declined':
    'Entendu. Nous ne vous écrirons plus pour {product}, sauf si vous nous le demandez.',
  'test.confirm':
    'Tout va bien jusqu’ici : vous êtes sur la liste d’attente pour {product}. Retournez dans l’application pour vous envoyer l’alerte de test.',
  greeting:
    'Bonjour ! Écrivez-nous ici : vous recevrez un seul message au retour d’un produit épuisé chez {shop}.',
  'link.unknown.title': 'Ce lien ne fonctionne plus',
  'link.unknown.text':
    'La boutique a peut-être fermé, ou le lien n’a pas été copié en entier. Ouvrez la boutique pour trouver le produit.',
  'button.buy': 'Acheter',
  'button.no': 'Non merci',
  'button.next': 'M’alerter à nouveau',
  'button.view': 'Voir le produit',
  'button.more': 'Autres options',
  'button.alerts': 'Mes alertes',
  'button.cancel': 'Annuler l’alerte',
  'button.optOut': 'Tout arrêter',
  'button.cancelOthers': 'Annuler les autres',
  'button.select': 'Choisir',
};
