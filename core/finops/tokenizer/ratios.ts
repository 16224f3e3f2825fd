/** How many tokens a model's own tokenizer makes where OpenAI's newest encoding makes one. */
export interface TokenRatio {
  ratio: number
  /** 90 of 100 files lie between. */
  low: number
  high: number
  /** In words: what it rests on. */
  basis: string
}

export const exactly: TokenRatio = { ratio: 1, low: 1, high: 1, basis: 'the model’s own encoding' }

const measured = (ratio: number, low: number, high: number, tokenizer: string): TokenRatio => ({
  ratio,
  low,
  high,
  basis: `measured on 420 files of source code and documentation with ${tokenizer}`,
})

const claude = measured(1.12, 1.03, 1.22, 'the tokenizer that Anthropic published for its earlier models')

/**
 * By family; the first whose name fits. Measured with published tokenizers (`tokenizers.json` beside
 * the tests); of Claude's newer one it is only known what it adds to the one before.
 */
const families: readonly [RegExp, TokenRatio][] = [
  [/(^|\.)claude-(instant|v?[12]|3|(haiku|sonnet)-4|opus-4(?![-.][7-9](?!\d)))/, claude],
  [
    /(^|\.)claude-/,
    {
      // https://platform.claude.com/docs/en/build-with-claude/token-counting: about 30 % more, by the kind of text.
      ratio: 1.45,
      low: claude.low,
      high: 1.64,
      basis: 'about 30 % more than Anthropic’s earlier models, as it says, of whose published tokenizer that is known',
    },
  ],
  // https://arxiv.org/abs/2503.19786: Gemma 3 uses the tokenizer of Gemini 2.0.
  [/^(gemini|gemma)-/, measured(1.16, 1.07, 1.25, 'the tokenizer of Gemma 3, which is Gemini’s')],
  [
    /^(mistral|ministral|magistral|codestral|devstral|pixtral|open-mistral)/,
    measured(1.06, 1.01, 1.25, 'Mistral’s Tekken'),
  ],
  [/^deepseek/, measured(1.05, 1.01, 1.12, 'the tokenizer of DeepSeek V3')],
  [/^(qwen|qwq)/, measured(1.01, 0.97, 1.09, 'the tokenizer of Qwen 3')],
  [/^(meta-)?llama-?[34]/, measured(1, 0.97, 1.02, 'the tokenizer of Llama 3')],
]

const unknown: TokenRatio = {
  ratio: 1.1,
  low: 0.97,
  high: 1.64,
  basis: 'its tokenizer is not known, and may be any of those that are',
}

/** @param model without a provider before its name, in lower case */
export const ratioOf = (model: string): TokenRatio => families.find(([pattern]) => pattern.test(model))?.[1] ?? unknown
