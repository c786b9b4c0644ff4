// Reads one JSON string a line, writes what twitter-text makes of it, one JSON object a line.
// Positions are UTF-16 units as the package gives them, turned into code points here.
const { createInterface } = require('node:readline');
const text = require('twitter-text');

const points = (value, unit) => Array.from(value.slice(0, unit)).length;
const spans = (value, entities, key) =>
  entities.map((e) => [points(value, e.indices[0]), points(value, e.indices[1]), e[key]]);

function look(value) {
  const parsed = text.parseTweet(value);
  return {
    text: value,
    weighted: parsed.weightedLength,
    valid: parsed.valid,
    urls: spans(value, text.extractUrlsWithIndices(value), 'url'),
    schemed: spans(
      value,
      text.extractUrlsWithIndices(value, { extractUrlsWithoutProtocol: false }),
      'url',
    ),
    hashtags: spans(value, text.extractHashtagsWithIndices(value), 'hashtag'),
    mentions: spans(value, text.extractMentionsWithIndices(value), 'screenName'),
    cashtags: spans(value, text.extractCashtagsWithIndices(value), 'cashtag'),
  };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(`${JSON.stringify(look(JSON.parse(line)))}\n`);
});
