// Shopify's own Liquid tags, which no other Liquid knows: forms, paging, sections; and what is left out of a file before it is read.
import {
  Hash,
  Tokenizer,
  Value,
  type Context,
  type Emitter,
  type Liquid,
  type TagToken,
  type Template,
} from 'liquidjs';
import type { TopLevelToken } from 'liquidjs';

/** Shopify reads `{% schema %}` apart from the template, and renders a block that is handed over as a variable. */
export function templateText(source: string): string {
  return source
    .replace(/{%-?\s*schema\s*-?%}[\s\S]*?{%-?\s*endschema\s*-?%}/g, '')
    .replace(/{%-?\s*render block\s*-?%}/g, '{{ block.rendered }}');
}

export function schemaOf(source: string): unknown {
  const text = /{%-?\s*schema\s*-?%}([\s\S]*?){%-?\s*endschema\s*-?%}/.exec(source)?.[1];
  return text === undefined ? null : JSON.parse(text);
}

function parseBody(liquid: Liquid, remaining: TopLevelToken[], end: string): Template[] {
  const body: Template[] = [];
  const stream = liquid.parser
    .parseStream(remaining)
    .on(`tag:${end}`, () => stream.stop())
    .on('template', (template: Template) => body.push(template))
    .on('end', () => {
      throw new Error(`tag ${end} is missing`);
    });
  stream.start();
  return body;
}

const attributes = (pairs: Record<string, unknown>) =>
  Object.entries(pairs)
    .map(([name, value]) => ` ${name}="${String(value).replaceAll('"', '&quot;')}"`)
    .join('');

function formTag(liquid: Liquid): void {
  liquid.registerTag('form', {
    parse(token: TagToken, remaining: TopLevelToken[]) {
      const [kind = '', object = 'nil', ...rest] = token.args.split(',').map((each) => each.trim());
      this.name = kind.replace(/['"]/g, '');
      this.object = new Value(object, liquid);
      this.hash = new Hash(new Tokenizer(rest.join(', ')));
      this.body = parseBody(liquid, remaining, 'endform');
    },
    *render(ctx: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      if (this.name !== 'product') throw new Error(`the simulator has no form of the kind ${this.name}`);
      const product = (yield this.object.value(ctx, false)) as { id: number };
      const hash = (yield this.hash.render(ctx)) as Record<string, unknown>;
      emitter.write(
        `<form method="post" action="/cart/add" accept-charset="UTF-8" enctype="multipart/form-data"${attributes(hash)}>`,
      );
      emitter.write(
        '<input type="hidden" name="form_type" value="product"><input type="hidden" name="utf8" value="✓">',
      );
      yield liquid.renderer.renderTemplates(this.body, ctx, emitter);
      const section = ctx.getSync(['section', 'id']);
      emitter.write(
        `<input type="hidden" name="product-id" value="${product.id}"><input type="hidden" name="section-id" value="${String(section)}"></form>`,
      );
    },
  });
}

/** Pages the one list that its expression names, for as long as its body lasts, as Shopify does. */
function paginateTag(liquid: Liquid): void {
  liquid.registerTag('paginate', {
    parse(token: TagToken, remaining: TopLevelToken[]) {
      const match = /^\s*([\w.]+)\s+by\s+(\S+)/.exec(token.args);
      if (!match?.[1] || !match[2]) throw new Error(`paginate does not say what by how many: ${token.args}`);
      this.path = match[1].split('.');
      this.by = new Value(match[2], liquid);
      this.body = parseBody(liquid, remaining, 'endpaginate');
    },
    *render(ctx: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      const size = Number(yield this.by.value(ctx, false));
      if (!(size >= 1 && size <= 250)) throw new Error(`paginate can't take ${size} at a time`);
      const [head = '', key = ''] = this.path;
      const owner = ctx.getSync([head]) as Record<string, unknown>;
      const all = owner[`all_${key}`] as unknown[];
      const page = Number(ctx.getSync(['current_page']));
      const pages = Math.ceil(all.length / size);
      const paginate = { current_page: page, page_size: size, pages, items: all.length };
      ctx.push({ [head]: { ...owner, [key]: all.slice((page - 1) * size, page * size) }, paginate });
      yield liquid.renderer.renderTemplates(this.body, ctx, emitter);
      ctx.pop();
    },
  });
}

/** `{% section 'name' %}` in themes of the old kind: the page hands over a renderer, because a section has a scope of its own. */
function sectionTag(liquid: Liquid): void {
  liquid.registerTag('section', {
    parse(token: TagToken) {
      this.section = token.args.replace(/['"\s]/g, '');
    },
    *render(ctx: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      const sections = ctx.getSync(['sections']) as Record<string, string>;
      const html = sections[this.section];
      if (html === undefined) throw new Error(`the theme has no section ${this.section}`);
      yield emitter.write(html);
    },
  });
}

export function registerShopifyTags(liquid: Liquid): void {
  formTag(liquid);
  paginateTag(liquid);
  sectionTag(liquid);
}
