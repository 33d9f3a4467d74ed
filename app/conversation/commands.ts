// The commands that shoppers may write, in every language, and links to products.
export type Command = 'stop' | 'alerts' | 'forget';

const normalize: Record<Command, string[]> = {
  stop: [
    'stop',
    'stop all',
    'stop all alerts',
    'unsubscribe',
    'parar',
    'alto',
    'basta',
    'detener',
    'baja',
    'darme de baja',
    'cancelar todos',
    'arret',
    'arreter',
    'tout arreter',
    'desabonner',
    'desinscrire',
    'stopp',
    'stoppen',
    'abmelden',
    'abbestellen',
    'alle abbestellen',
    'ferma',
    'fermati',
    'disiscrivi',
    'annulla tutti',
    'cancelar inscricao',
    'afmelden',
    'uitschrijven',
    'alles stoppen',
    'zatrzymaj',
    'wypisz',
    'wypisz mnie',
    'wyłącz wszystkie',
    'sluta',
    'stoppa',
    'avsluta',
    'avsluta alla',
    'afmeld',
    'stop alle',
    '停止',
    'すべて停止',
    '配信停止',
    'ストップ',
    'dur',
    'durdur',
    'tümünü durdur',
  ],
  alerts: [
    'my alerts',
    'alerts',
    'mis avisos',
    'mis alertas',
    'mes alertes',
    'meine benachrichtigungen',
    'meine warteliste',
    'i miei avvisi',
    'os meus avisos',
    'meus avisos',
    'mijn meldingen',
    'moje powiadomienia',
    'mina bevakningar',
    'mine beskeder',
    'mine notifikationer',
    '通知一覧',
    '再入荷通知の一覧',
    'bildirimlerim',
  ],
  forget: [
    'forget me',
    'delete my data',
    'olvidame',
    'borra mis datos',
    'oubliez moi',
    'oublie moi',
    'supprimez mes donnees',
    'vergiss mich',
    'vergesst mich',
    'losche meine daten',
    'meine daten loschen',
    'dimenticami',
    'elimina i miei dati',
    'esqueca me',
    'esqueca mim',
    'apague os meus dados',
    'apaga os meus dados',
    'vergeet mij',
    'verwijder mijn gegevens',
    'zapomnij mnie',
    'zapomnij o mnie',
    'usun moje dane',
    'glom mig',
    'radera mina uppgifter',
    'glem mig',
    'slet mine data',
    '私を忘れて',
    'データを削除',
    'beni unut',
    'verilerimi sil',
  ],
};

/** Letters and digits only, without accents or case: `¡STOP!` is `stop`. Marks that change a Japanese sound are put back. */
const stripPoliteness = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replaceAll('ı', 'i')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const COMMAND_WORDS = new Map(
  (Object.keys(normalize) as Command[]).flatMap((command) =>
    normalize[command].map((words) => [stripPoliteness(words), command] as const),
  ),
);

/** The command that a text is, as a whole; a sentence that merely contains one belongs to the merchant. */
export const readCommand = (text: string): Command | undefined =>
  text.length > 60 ? undefined : COMMAND_WORDS.get(stripPoliteness(text));

export type ProductLink = { handle: string; variantId: bigint | null };

const address = /https?:\/\/[^\s<>"']+/gi;

/** The first product page that a text or an attached link points to. `alone`: nothing but links was written. */
export function readProductLink({
  text,
  links,
}: {
  text: string;
  links: string[];
}): { link: ProductLink; alone: boolean } | undefined {
  const found = [...(text.match(address) ?? []), ...links].map(unwrapped);
  for (const url of found) {
    const handle = /\/products\/([^/?#]+)/.exec(url?.pathname ?? '')?.[1];
    if (!url || handle === undefined) continue;
    const id = /^\d{1,18}$/.exec(url.searchParams.get('variant') ?? '')?.[0];
    return {
      link: { handle: decoded(handle).slice(0, 255), variantId: id === undefined ? null : BigInt(id) },
      alone: text.replace(address, '').trim() === '',
    };
  }
  return undefined;
}

/** Messenger wraps shared links in an address of Facebook's. */
function unwrapped(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const inner = /(^|\.)facebook\.com$/.test(url.hostname) ? url.searchParams.get('u') : null;
  return inner !== null && URL.canParse(inner) ? new URL(inner) : url;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Whether two names of a size or colour are the same to a person. */
export const sameName = (one: string, other: string): boolean =>
  stripPoliteness(one) !== '' && stripPoliteness(one) === stripPoliteness(other);
