// Reads one JSON string a line, writes what @atproto/api makes of it, one JSON object a line.
// Facets are those of RichText.detectFacetsWithoutResolution: UTF-8 bytes, handles unresolved.
const { createInterface } = require('node:readline');
const { RichText } = require('@atproto/api');

function feature({ index, features: [found] }) {
  const kind = found.$type.split('#')[1];
  return [kind, index.byteStart, index.byteEnd, found.did ?? found.uri ?? found.tag];
}

function look(value) {
  const rich = new RichText({ text: value });
  rich.detectFacetsWithoutResolution();
  return {
    text: value,
    graphemes: rich.graphemeLength,
    bytes: rich.length,
    facets: (rich.facets ?? []).map(feature),
  };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(`${JSON.stringify(look(JSON.parse(line)))}\n`);
});
