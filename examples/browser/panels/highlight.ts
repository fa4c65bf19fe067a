// Owns colouring a source: words, strings, numbers and comments, which is as much as a glance needs.

const TOKENS =
  /(\/\/[^\n]*|\/\*[\s\S]*?\*\/)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\b(abstract|as|async|await|break|class|const|constructor|continue|else|export|extends|false|finally|for|from|function|if|import|in|instanceof|let|new|null|of|override|private|readonly|return|static|super|switch|this|throw|true|try|catch|typeof|using|void|while|yield)\b|\b(\d[\d_.]*)\b/g;

const CLASSES = ["comment", "string", "word", "number"] as const;

/** The source as nodes. A last line that is empty has its height too. */
export function highlight(source: string): Node[] {
  const nodes: Node[] = [];
  let end = 0;
  for (const match of source.matchAll(TOKENS)) {
    if (match.index > end) nodes.push(new Text(source.slice(end, match.index)));
    const span = document.createElement("span");
    span.className = CLASSES[match.slice(1).findIndex((group) => group !== undefined)]!;
    span.textContent = match[0];
    nodes.push(span);
    end = match.index + match[0].length;
  }
  nodes.push(new Text(`${source.slice(end)}\n`));
  return nodes;
}
