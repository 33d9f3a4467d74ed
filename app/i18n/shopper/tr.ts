// What a shopper reads, in Turkish.
import type { Words } from './en.ts';

export const tr: Words = {
  'request.title': '{product}: gelince haber verelim mi?',
  'request.unnamed': 'Bu ürün gelince haber verelim mi?',
  'request.unavailable': 'Şu anda bu isteği alamıyoruz. Lütfen daha sonra yeniden deneyin.',
  'card.soldOut': '{shop} mağazasında tükendi',
  'arrive.forSale': '{product} şu anda satışta.',
  'arrive.waiting':
    '{product} için zaten listedesiniz. Geldiğinde bir kez yazacağız, en geç {until, date, long} tarihine kadar.',
  'arrive.gone': 'Bu ürün artık mağazada yok. Başka hangisini sizin için takip edelim?',
  'arrive.noRef':
    'Merhaba! {shop} mağazasının otomatik asistanıyım. Tükenen hangi ürünü sizin için takip edelim? Bağlantısını yapıştırın ya da adını yazın.',
  'arrive.badRef':
    'Hangi ürün olduğunu okuyamadık. Lütfen sayfasının bağlantısını yapıştırın ya da adını yazın.',
  confirm:
    'Tamam. {product} geldiğinde tek bir mesaj alacaksınız, {until, date, long} tarihine kadar geçerli. Vazgeçmek için istediğiniz zaman STOP yazın. {shop} tarafından otomatik gönderildi.',
  'confirm.unnamed':
    'Tamam. Bu ürün geldiğinde tek bir mesaj alacaksınız, {until, date, long} tarihine kadar geçerli. Vazgeçmek için istediğiniz zaman STOP yazın. {shop} tarafından otomatik gönderildi.',
  place: 'Sıranız: {place, number}.',
  'find.none':
    'Bu adla tükenmiş bir ürün bulamadık. Başka bir ad deneyin ya da sayfasının bağlantısını yapıştırın.',
  'find.which': 'Hangi ürünü kastediyorsunuz?',
  'find.size': '{product}: hangisini takip edelim?',
  'find.words': 'Lütfen ürünün adını yazın ya da sayfasının bağlantısını yapıştırın.',
  'more.which': '{product}: başka hangisini takip edelim?',
  'more.none': '{product} ürününün diğerleri satışta ya da zaten listenizde.',
  'alerts.none': 'Şu anda beklediğiniz bir ürün yok.',
  'alerts.count': '{count, plural, other {# ürün}} bekliyorsunuz.',
  'alerts.line': 'Sıra {place, number}, {until, date, medium} tarihine kadar',
  'stop.one': 'Durduruldu: {product} hakkında bir daha yazmayacağız.',
  'stop.others': 'Durduruldu: {product} ürününün diğer bedenlerini artık beklemiyorsunuz.',
  'stop.all':
    'Durduruldu. Bu sayfadan artık bildirim almayacaksınız. Yeniden istemek için bir ürün sayfasındaki düğmeyi kullanın.',
  'forget.done': 'Burada hakkınızda sakladığımız her şey silindi.',
  'optin.unknown': 'Bu kart artık geçerli değil. Lütfen ürün sayfasında yeniden isteyin.',
  defer: 'Mesajınız için teşekkürler. {shop} mağazasından biri size buradan yanıt verecek.',
  'notice.back': '{product} yeniden {shop} mağazasında: {price}',
  'notice.canBeOrdered': '{product} yeniden sipariş edilebiliyor, {shop}: {price}',
  'notice.ended': 'Peki. Yeniden istemedikçe {product} hakkında bir daha yazmayacağız.',
  'test.confirm':
    'Test buraya kadar çalışıyor: {product} ürününü bekliyorsunuz. Şimdi uygulamada “Gelmiş gibi yap” düğmesine basın.',
  greeting: 'Merhaba! {shop} mağazasında tükenen bir ürün gelince bir kez haber almak için buraya yazın.',
  'button.buy': 'Satın al',
  'button.no': 'Hayır, teşekkürler',
  'button.next': 'Bir dahaki sefere',
  'button.view': 'Ürünü gör',
  'button.more': 'Başka beden',
  'button.alerts': 'Bildirimlerim',
  'button.stop': 'Durdur',
  'button.stopAll': 'Hepsini durdur',
  'button.others': 'Diğerlerini durdur',
  'button.pick': 'Bu',
};
