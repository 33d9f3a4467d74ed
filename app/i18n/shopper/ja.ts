// What a shopper reads, in Japanese.
import type { Words } from './en.ts';

export const ja: Words = {
  'request.title': '{product}：再入荷したらお知らせしますか？',
  'request.unnamed': 'この商品が再入荷したらお知らせしますか？',
  'request.unavailable': 'ただいま受け付けることができません。しばらくしてからもう一度お試しください。',
  'card.soldOut': '{shop}で売り切れ中',
  'arrive.forSale': '{product}は現在販売中です。',
  'arrive.waiting':
    '{product}はすでに登録済みです。再入荷したら一度だけお知らせします（{until, date, long}まで）。',
  'arrive.gone': 'その商品は現在お取り扱いがありません。ほかにお知らせを希望する商品はありますか？',
  'arrive.noRef':
    'こんにちは。{shop}の自動アシスタントです。売り切れの商品のうち、どれの再入荷をお知らせしますか？リンクを貼り付けるか、商品名を入力してください。',
  'arrive.badRef':
    'どの商品か読み取れませんでした。商品ページのリンクを貼り付けるか、商品名を入力してください。',
  confirm:
    '承りました。{product}が再入荷したら一度だけメッセージをお送りします（{until, date, long}まで有効）。やめるときはいつでも「STOP」と入力してください。{shop}からの自動送信です。',
  'confirm.unnamed':
    '承りました。この商品が再入荷したら一度だけメッセージをお送りします（{until, date, long}まで有効）。やめるときはいつでも「STOP」と入力してください。{shop}からの自動送信です。',
  place: '現在の順番は{place, number}番目です。',
  'find.none':
    'その名前の売り切れ商品は見つかりませんでした。別の名前を入力するか、商品ページのリンクを貼り付けてください。',
  'find.which': 'どの商品ですか？',
  'find.size': '{product}：どれをお知らせしますか？',
  'find.words': '商品名を入力するか、商品ページのリンクを貼り付けてください。',
  'more.which': '{product}：ほかにどれをお知らせしますか？',
  'more.none': '{product}のほかのものは、販売中か登録済みです。',
  'alerts.none': '現在お待ちの商品はありません。',
  'alerts.count': '{count, plural, other {#点の商品}}をお待ちです。',
  'alerts.line': '{place, number}番目、{until, date, medium}まで',
  'stop.one': '停止しました。{product}についてのお知らせはもう届きません。',
  'stop.others': '停止しました。{product}のほかのサイズのお知らせはもう届きません。',
  'stop.all':
    '停止しました。このページからのお知らせはもう届きません。もう一度希望するときは、商品ページのボタンをご利用ください。',
  'forget.done': 'ここで保存していたあなたの情報をすべて削除しました。',
  'optin.unknown': 'そのカードは無効になりました。商品ページからもう一度お申し込みください。',
  defer: 'メッセージありがとうございます。{shop}の担当者がこちらでお返事します。',
  'notice.back': '{product}が{shop}に再入荷しました：{price}',
  'notice.canBeOrdered': '{product}が{shop}でまた注文できるようになりました：{price}',
  'notice.ended': '承知しました。もう一度ご希望がない限り、{product}についてはお知らせしません。',
  'test.confirm':
    'ここまでのテストは成功です。{product}をお待ちの状態です。アプリで「再入荷したことにする」を押してください。',
  greeting: 'こんにちは。{shop}の売り切れ商品が再入荷したら、一度だけお知らせします。',
  'button.buy': '購入する',
  'button.no': '結構です',
  'button.next': '次回も知らせて',
  'button.view': '商品を見る',
  'button.more': '別のサイズ',
  'button.alerts': '通知一覧',
  'button.stop': '停止',
  'button.stopAll': 'すべて停止',
  'button.others': 'ほかのサイズを停止',
  'button.pick': 'これ',
};
