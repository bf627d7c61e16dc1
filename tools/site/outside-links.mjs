import { existsSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * A plugin of markdown-it: links to what is not a page of the site, such as
 * sources, lead to the repository.
 */
export function outsideLinks(markdown, { docs, root, sourceUrl }) {
  const render =
    markdown.renderer.rules.link_open ??
    ((tokens, index, options, _env, self) =>
      self.renderToken(tokens, index, options));
  markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const href = token.attrGet("href") ?? "";
    token.attrSet("href", targetOf(href, env.path));
    return render(tokens, index, options, env, self);
  };

  function targetOf(href, page) {
    if (/^(?:[a-z]+:|#|\/)/i.test(href)) return href;
    const [path, anchor] = decodeURI(href).split("#", 2);
    const file = join(dirname(page), path);
    // A dead link: left to the check of the build.
    if (!existsSync(file)) return href;
    const isPage = file.startsWith(`${docs}/`) && file.endsWith(".md");
    if (isPage || /\.(?:png|svg)$/.test(file)) return href;
    const kind = statSync(file).isDirectory() ? "tree" : "blob";
    const end = anchor ? `#${anchor}` : "";
    return `${sourceUrl}/${kind}/main/${relative(root, file)}${end}`;
  }
}
