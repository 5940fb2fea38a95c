// SPDX-License-Identifier: Apache-2.0
//
// The texts on which the tokenizers are compared: cases by hand, then seeded random mixtures.

/// mulberry32: the same sequence everywhere.
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Code points from which words of a script are drawn.
const scripts = {
  ascii: [[0x21, 0x7e]], lower: [[0x61, 0x7a]], latin: [[0xa1, 0x17e], [0x1e00, 0x1eff]],
  greek: [[0x391, 0x3a1], [0x3b1, 0x3c9], [0x1f00, 0x1f15]], cyrillic: [[0x400, 0x45f]],
  armenian: [[0x531, 0x556]], hebrew: [[0x591, 0x5af], [0x5d0, 0x5ea]],
  arabic: [[0x621, 0x652], [0x660, 0x669]], devanagari: [[0x901, 0x94d], [0x958, 0x96f]],
  bengali: [[0x985, 0x98c], [0x9be, 0x9c4], [0x9e6, 0x9ef]], tamil: [[0xb85, 0xb8a], [0xbbe, 0xbc2]],
  thai: [[0xe01, 0xe3a], [0xe40, 0xe4f]], tibetan: [[0xf40, 0xf47], [0xf71, 0xf84]],
  georgian: [[0x10d0, 0x10f0]], ethiopic: [[0x1200, 0x1230]], khmer: [[0x1780, 0x17d0]],
  kana: [[0x3041, 0x3096], [0x3099, 0x309a], [0x30a1, 0x30fa], [0xff66, 0xff9f]],
  han: [[0x4e00, 0x9fa5]], rare: [[0x3400, 0x3450], [0x20000, 0x20050], [0xf900, 0xf930]],
  hangul: [[0xac00, 0xd7a3]], jamo: [[0x1100, 0x1112], [0x1161, 0x1175], [0x11a8, 0x11c2]],
  marks: [[0x300, 0x34e], [0x1ab0, 0x1abe], [0x20d0, 0x20dc]], controls: [[0x0, 0x8], [0xe, 0x1b]],
  digits: [[0x30, 0x39]], numbers: [[0xb2, 0xb3], [0x2150, 0x2188], [0x2460, 0x2473], [0x1d7ce, 0x1d7ff]],
  punctuation: [[0x2010, 0x2027], [0x2030, 0x205e], [0x3001, 0x3003], [0xff01, 0xff0f]],
  symbols: [[0x20a0, 0x20bf], [0x2190, 0x2300], [0x1d400, 0x1d454]],
  emoji: [[0x1f300, 0x1f64f], [0x1f680, 0x1f6c5], [0x2600, 0x26ff]],
  directions: [[0x200e, 0x200f], [0x202a, 0x202e], [0x2066, 0x2069]],
  private: [[0xe000, 0xe010], [0xfffc, 0xfffd], [0x10fffe, 0x10ffff]],
};

// Not in the alphabet above or here: U+FEFF, U+0085 (JavaScript's \s has the first and lacks the
// second, the Rust library's the other way round) and U+017F after an apostrophe (README.md).
const spaces = [" ", " ", " ", "  ", "   ", "        ", "\t", "\t\t", "\n", "\n\n", "\r\n", "\r", "\r\n\r\n",
  " \n", "\n ", "\v", "\f", "\u00a0", "\u1680", "\u180e", "\u2002", "\u2003", "\u2009", "\u200a",
  "\u200b", "\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u3000", "\u001c", "\u001f"];

const pieces = ["'s", "'S", "'t", "'re", "'RE", "'ve", "'m", "'ll", "'LL", "'d", "’s", "'", "''", "'x",
  "don't", "I'LL", "we'Ve", "1234567890", "3.14159e-10", "0xDEADBEEF", "1,000,000", "٣٤٥", "Ⅷ", "½",
  "👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🇺🇦🇫🇷🇯", "👍🏿", "❤️", "1️⃣", "e\u0301", "é", "Å", "\u212b", "A\u030a", "ﬁ", "각", "각",
  "ガ", "カ\u3099", "\u0958", "\u0344", "q\u0323\u0307", "q\u0307\u0323", "İ", "ß", "ǅ", "Σίσυφος",
  "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_start|>user\n", "<|vision_pad|>", "<tool_call>",
  "</tool_call>", "<|fim_prefix|>", "<|file_sep|>", "<|im_start", "|>", "<|", "<|endoftext|", "<<|im_end|>>",
  "Ġ", "Ċ", "Ã©", "https://example.org/a?b=c&d=%20#e", "a@b.co", "C:\\temp\\new", "#include <vector>\n",
  "for (int i = 0; i < n; ++i) {\n\t\tsum += x[i];\n\t}\n", "def f(x):\n    return x ** 2\n\n\n",
  "SELECT * FROM t WHERE a='b';", "fn main() -> Result<(), E> { Ok(()) }", "const f = (a) => a?.b ?? `${c}`;\r\n",
  "<div class=\"x\">&nbsp;</div>", "{\"a\": [1, 2.5e3, null]}", "assign y = &x[7:0] ^ 8'hff;", "λx → x ∘ x",
  "====", "----------", "...", "……", "!!!???", "//", "/* */", "\\n", "\u0000", "ab\u0000cd", "\ud7ff", "\ufffd",
  "<s>", "</s>", "<s>[INST] ", " [/INST]", "<unk>", "<0x0A>", "\u2581", "\u2581\u2581x"];

// Not UTF-8: each is put into texts as bytes.
const broken = [[0xff], [0xfe, 0xff], [0x80], [0xbf, 0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xe2, 0x82],
  [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x9f, 0x98], [0xf0, 0x80, 0x80, 0x80],
  [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x28, 0xa1], [0xc3, 0xc3, 0xa9]];

/// Texts as byte strings (Buffers), at least `count`, none dependent on the machine.
export function corpus(seed, count) {
  const next = random(seed);
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const names = Object.keys(scripts);
  const word = (name, most) => {
    let text = "";
    for (let n = 1 + below(most); n > 0; --n) {
      const [low, high] = pick(scripts[name]);
      text += String.fromCodePoint(low + below(high - low + 1));
    }
    return text;
  };
  const texts = ["", ...pieces, ...spaces].map((text) => Buffer.from(text));
  for (const bytes of broken) texts.push(Buffer.from(bytes));
  for (const space of spaces) texts.push(Buffer.from(`a${space}${space}b${space}`));
  texts.push(Buffer.from("a".repeat(5000)), Buffer.from(" ".repeat(3000)), Buffer.from("ab ".repeat(4000)));
  texts.push(Buffer.from("日本語".repeat(1000)), Buffer.from("\n".repeat(999) + "x"), Buffer.alloc(300, 0xff));
  while (texts.length < count) {
    const main = pick(names);
    const parts = [];
    for (let n = 1 + below(12); n > 0; --n) {
      const kind = next();
      if (kind < 0.5) parts.push(Buffer.from(word(main, 10)));
      else if (kind < 0.6) parts.push(Buffer.from(word(pick(names), 4)));
      else if (kind < 0.78) parts.push(Buffer.from(pick(spaces)));
      else if (kind < 0.97) parts.push(Buffer.from(pick(pieces)));
      else parts.push(Buffer.from(pick(broken)));
    }
    let text = Buffer.concat(parts);
    const form = below(8);  // Some texts in another normalization form.
    if (form < 2) text = Buffer.from(text.toString("utf8").normalize(form === 0 ? "NFD" : "NFC"));
    if (!/\u017f|\ufeff|\u0085/.test(text.toString("utf8"))) texts.push(text);
  }
  return texts;
}
