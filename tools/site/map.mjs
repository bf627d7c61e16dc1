/**
 * The sections of the sidebar: the tables of docs/README.md, with the first
 * link of each row.
 *
 * @param {string} map the text of docs/README.md
 */
export function sectionsOf(map) {
  return map
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      text: section.slice(0, section.indexOf("\n")),
      items: section.split("\n").flatMap(itemsOf),
    }));
}

function itemsOf(line) {
  const [, first = "", ...cells] = line.split("|");
  const [, text, link] =
    /\[([^\]]+)\]\((\S+?\.md[^)]*)\)/.exec([first, ...cells].join("|")) ?? [];
  if (link === undefined || link.startsWith("../")) return [];
  const label = first.includes("](") ? text : first.trim();
  const [path, anchor] = link.split("#");
  const page = path.replace(/README\.md$/, "").replace(/\.md$/, "");
  return [
    {
      text: label.charAt(0).toUpperCase() + label.slice(1),
      link: `/${page}${anchor ? `#${anchor}` : ""}`,
    },
  ];
}
