// What a shopper reads, in Turkish.
import type { ShopperTexts } from './en.ts';

export const tr: ShopperTexts = {
  'request.title': '{product} stoklara gelince haber verelim mi?',
  'request.unnamed': 'Bu ürün stoklara gelince haber verelim mi?',
  'request.unavailable': 'Şu anda isteğinizi alamıyoruz. Lütfen daha sonra tekrar deneyin.',
  'card.soldOut': '{shop} mağazasında tükendi',
  'arrive.available': '{product} şu anda satışta.',
  'arrive.waiting':
    '{product} için zaten bekleme listesindesiniz. Ürün yeniden stoklara geldiğinde size yalnızca bir kez yazacağız. Bunu {until, date, long} tarihine kadar yapabiliriz.',
  'arrive.gone':
    'Bu ürün artık mağazada yok. Başka hangi ürünü bekliyorsunuz? Bağlantısını veya adını gönderin.',
  'arrive.leftOut':
    'Bu ürün için bildirim sunmuyoruz. Başka hangi ürünü bekliyorsunuz? Bağlantısını veya adını gönderin.',
  'arrive.noRef':
    'Merhaba! {shop} mağazasının otomatik asistanıyım. Tükenen hangi ürünü bekliyorsunuz? Bağlantısını veya adını gönderin.',
  'arrive.badRef': 'Hangi ürün olduğunu anlayamadık. Bağlantısını veya adını gönderin.',
  confirm:
    'Listedesiniz! {product} yeniden stoklara geldiğinde size yalnızca bir kez yazacağız. Bunu {until, date, long} tarihine kadar yapabiliriz. Bu sayfadan gelen tüm bildirimleri durdurmak için STOP yazın. {shop} tarafından gönderilen otomatik mesajdır.',
  'confirm.unnamed':
    'Listedesiniz! Bu ürün yeniden stoklara geldiğinde size yalnızca bir kez yazacağız. Bunu {until, date, long} tarihine kadar yapabiliriz. Bu sayfadan gelen tüm bildirimleri durdurmak için STOP yazın. {shop} tarafından gönderilen otomatik mesajdır.',
  position: 'Sıranız: {position, number}.',
  'find.none': 'Bu adla tükenmiş bir ürün bulamadık. Başka bir ad deneyin veya bağlantısını gönderin.',
  'find.which': 'Hangi ürünü kastediyorsunuz?',
  'find.option': '{product}: hangi seçeneği istiyorsunuz?',
  'find.shortened':
    'Tükenmiş {count, number} seçenekten {shown, number} tanesi gösteriliyor. İstediğiniz seçeneğin adını da gönderebilirsiniz.',
  'find.text': 'Lütfen ürünün adını veya bağlantısını gönderin.',
  'more.which': '{product}: başka hangi seçeneği istiyorsunuz?',
  'more.none': '{product}: diğer tüm seçenekler satışta veya zaten listenizde.',
  'alerts.none': 'Etkin bildiriminiz yok.',
  'alerts.count': '{count, plural, other {# etkin bildiriminiz var.}}',
  'alerts.line': 'Sıra: {position, number}, son tarih: {until, date, medium}',
  'cancel.one': '{product} için bildiriminiz iptal edildi.',
  'cancel.others': '{product} ürününün diğer seçenekleri için bildirimleriniz iptal edildi.',
  'optOut.done':
    'Tamamdır, bu sayfadan artık bildirim almayacaksınız. Yeniden almak isterseniz bir ürün sayfasındaki düğmeyi kullanın.',
  'erase.done': 'Burada hakkınızda sakladığımız her şey silindi.',
  'optin.unknown':
    'Bu isteğin süresi doldu. Bildirim almak isterseniz ürün sayfasındaki düğmeyi yeniden kullanın.',
  handoff: 'Mesajınız için teşekkürler! {shop} ekibinden biri size buradan yanıt verecek.',
  'notification.backInStock': 'Yeniden stokta: {product}, {shop} – {price}',
  'notification.orderable': 'Yeniden sipariş edilebilir: {product}, {shop} – {price}',
  'notification.declined': 'Tamam. Siz istemedikçe {product} hakkında bir daha yazmayacağız.',
  'test.confirm':
    'Buraya kadar her şey yolunda: {product} için bekleme listesindesiniz. Şimdi uygulamaya dönüp kendinize test bildirimini gönderin.',
  greeting:
    'Merhaba! Buradan isteyin, {shop} mağazasında tükenen ürün yeniden geldiğinde size bir kez yazalım.',
  'link.unknown.title': 'Bu bağlantı artık çalışmıyor',
  'link.unknown.text':
    'Mağaza kapanmış ya da bağlantı eksik kopyalanmış olabilir. Ürünü bulmak için mağazayı açın.',
  'button.buy': 'Satın al',
  'button.no': 'Hayır, teşekkürler',
  'button.next': 'Yine haber ver',
  'button.view': 'Ürünü gör',
  'button.more': 'Diğer seçenekler',
  'button.alerts': 'Bildirimlerim',
  'button.cancel': 'Bildirimi iptal et',
  'button.optOut': 'Tümünü durdur',
  'button.cancelOthers': 'Diğerlerini iptal et',
  'button.select': 'Seç',
};
