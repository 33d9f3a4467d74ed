// What a shopper reads, in Japanese.
import type { ShopperTexts } from './en.ts';

export const ja: ShopperTexts = {
  'request.title': '{product}の再入荷のお知らせを受け取りますか？',
  'request.unnamed': 'この商品の再入荷のお知らせを受け取りますか？',
  'request.unavailable': 'ただいま受け付けることができません。しばらくしてからもう一度お試しください。',
  'card.soldOut': '{shop}で売り切れ',
  'arrive.available': '{product}は現在ご購入いただけます。',
  'arrive.waiting':
    '{product}の再入荷通知はすでに登録済みです。再入荷しましたら、一度だけメッセージをお送りします。お送りできるのは{until, date, long}までです。',
  'arrive.gone':
    'この商品は現在お取り扱いがありません。ほかに再入荷をお待ちの商品はありますか？リンクまたは商品名をお送りください。',
  'arrive.leftOut':
    'この商品は再入荷通知の対象外です。ほかに再入荷をお待ちの商品はありますか？リンクまたは商品名をお送りください。',
  'arrive.noRef':
    'こんにちは。{shop}の自動アシスタントです。再入荷をお待ちの商品はどれですか？リンクまたは商品名をお送りください。',
  'arrive.badRef': '商品を特定できませんでした。リンクまたは商品名をお送りください。',
  confirm:
    '登録が完了しました。{product}が再入荷しましたら、一度だけメッセージをお送りします。お送りできるのは{until, date, long}までです。このページからの通知をすべて停止するには「STOP」と返信してください。{shop}からの自動メッセージです。',
  'confirm.unnamed':
    '登録が完了しました。この商品が再入荷しましたら、一度だけメッセージをお送りします。お送りできるのは{until, date, long}までです。このページからの通知をすべて停止するには「STOP」と返信してください。{shop}からの自動メッセージです。',
  position: '現在の順番は{position, number}番目です。',
  'find.none': 'その名前の売り切れ商品は見つかりませんでした。別の商品名かリンクをお送りください。',
  'find.which': 'どの商品でしょうか？',
  'find.option': '{product}：ご希望のものをお選びください。',
  'find.shortened':
    '売り切れの{count, number}件のうち{shown, number}件を表示しています。ご希望のオプション名をお送りいただくこともできます。',
  'find.text': '商品名またはリンクをお送りください。',
  'more.which': '{product}：ほかにご希望のものをお選びください。',
  'more.none': '{product}のほかのオプションは、現在ご購入いただけるか、すでに登録済みです。',
  'alerts.none': '登録中の再入荷通知はありません。',
  'alerts.count': '{count, plural, other {登録中の再入荷通知は#件です。}}',
  'alerts.line': '{position, number}番目（{until, date, medium}まで）',
  'cancel.one': '{product}の再入荷通知を解除しました。',
  'cancel.others': '{product}のほかのオプションの再入荷通知を解除しました。',
  'optOut.done':
    '通知を停止しました。今後、このページから再入荷通知は届きません。再度ご希望の場合は、商品ページのボタンをご利用ください。',
  'erase.done': 'こちらに保存していたお客様の情報をすべて削除しました。',
  'optin.unknown':
    'このリクエストは期限切れです。通知をご希望の場合は、商品ページのボタンをもう一度押してください。',
  handoff: 'メッセージありがとうございます。{shop}の担当者がこちらでご返信いたします。',
  'notification.backInStock': '再入荷：{product}（{shop}）{price}',
  'notification.orderable': '注文受付中：{product}（{shop}）{price}',
  'notification.declined': '承知しました。ご希望がない限り、{product}についてのお知らせはお送りしません。',
  'test.confirm':
    'ここまで成功です。{product}の再入荷通知に登録されました。アプリに戻って、ご自分にテスト通知を送信してください。',
  greeting:
    'こんにちは。こちらでご登録いただくと、{shop}の売り切れ商品が再入荷したときに一度だけメッセージをお送りします。',
  'link.unknown.title': 'このリンクは無効です',
  'link.unknown.text':
    'ストアが閉店したか、リンクが正しくコピーされていない可能性があります。ストアを開いて商品をお探しください。',
  'button.buy': '購入する',
  'button.no': '今回は見送る',
  'button.next': '次回も知らせてほしい',
  'button.view': '商品を見る',
  'button.more': 'ほかのオプション',
  'button.alerts': '再入荷通知の一覧',
  'button.cancel': '通知を解除',
  'button.optOut': 'すべて停止',
  'button.cancelOthers': 'ほかの通知を解除',
  'button.select': '選択する',
};
