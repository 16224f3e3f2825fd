import type { TokenRule } from '../engine/rule.ts'
import { token, uuid, word } from './token.ts'

// biome-ignore format: one line a kind
const more: readonly TokenRule[] = [
  word('deepseek-key', 'https://api-docs.deepseek.com/', 'sk-[a-f0-9]{32}'),
  word('elevenlabs-key', 'https://elevenlabs.io/docs/api-reference/authentication', 'sk_[a-f0-9]{48}'),
  token('together-key', 'https://docs.together.ai/reference/authentication-1', 'tgp_v1_[A-Za-z0-9_-]{43}'),
  word('fireworks-key', 'https://docs.fireworks.ai/getting-started/quickstart', 'fw_[A-Za-z0-9]{22,24}'),
  token('jina-key', 'https://jina.ai/embeddings/', 'jina_[a-f0-9]{32}[A-Za-z0-9_-]{28}'),
  word('voyage-key', 'https://docs.voyageai.com/docs/api-key-and-installation', 'pa-[A-Za-z0-9_-]{43}'),
  token('nvidia-key', 'https://docs.api.nvidia.com/nim/docs/api-quickstart', 'nvapi-[A-Za-z0-9_-]{64}'),
  word('runpod-key', 'https://docs.runpod.io/get-started/api-keys', 'rpa_[A-Z0-9]{40}[A-Za-z0-9]{0,10}'),
  word('modal-token', 'https://modal.com/docs/reference/modal.config', 'ak-[A-Za-z0-9]{22}', 'as-[A-Za-z0-9]{22}'),
  token('langfuse-secret-key', 'https://langfuse.com/docs/api-and-data-platform/features/public-api', `sk-lf-${uuid}`),
  token('cerebras-key', 'https://inference-docs.cerebras.ai/quickstart', 'csk-[a-z0-9]{48}'),
  token('tavily-key', 'https://docs.tavily.com/documentation/api-reference/introduction', 'tvly-[A-Za-z0-9-]{30,60}'),
  word('firecrawl-key', 'https://docs.firecrawl.dev/introduction', 'fc-[a-f0-9]{32}'),
  token('e2b-key', 'https://e2b.dev/docs/api-key', 'e2b_[a-f0-9]{40}'),
  token('llamacloud-key', 'https://docs.cloud.llamaindex.ai/api_key', 'llx-[A-Za-z0-9]{48}'),
  token('anyscale-key', 'https://docs.anyscale.com/', 'esecret_[A-Za-z0-9]{26}'),
  token('helicone-key', 'https://docs.helicone.ai/helicone-headers/helicone-auth', 'sk-helicone-[a-z0-9]{7}-[a-z0-9]{7}-[a-z0-9]{7}-[a-z0-9]{7}'),
  token('wandb-key', 'https://docs.wandb.ai/platform/app/settings-page/user-settings', 'wandb_v1_[A-Za-z0-9_]{40,120}'),
  token('mem0-key', 'https://docs.mem0.ai/platform/quickstart', 'm0-[A-Za-z0-9]{40}'),
  token('browserbase-key', 'https://docs.browserbase.com/introduction/getting-started', 'bb_live_[A-Za-z0-9_-]{27,40}'),
  token('lambda-cloud-key', 'https://docs.lambda.ai/public-cloud/cloud-api/', 'secret_[A-Za-z0-9-]{10,30}_[a-f0-9]{32}.[A-Za-z0-9]{32}'),
]

export const ai: readonly TokenRule[] = [
  {
    type: 'openai-key',
    shapes: [
      'sk-proj-[A-Za-z0-9_-]{20,250}',
      'sk-svcacct-[A-Za-z0-9_-]{20,250}',
      'sk-admin-[A-Za-z0-9_-]{20,250}',
      'sk-None-[A-Za-z0-9_-]{20,250}',
      'sk-[A-Za-z0-9]{48}',
    ],
    source: 'https://platform.openai.com/docs/api-reference/authentication',
    entropy: 3,
  },
  {
    type: 'anthropic-key',
    shapes: [
      'sk-ant-api03-[A-Za-z0-9_-]{80,120}',
      'sk-ant-admin01-[A-Za-z0-9_-]{80,120}',
      'sk-ant-[a-z0-9]{3,12}-[A-Za-z0-9_-]{20,200}',
    ],
    source: 'https://docs.anthropic.com/en/api/overview#authentication',
    anywhere: true,
  },
  {
    type: 'huggingface-token',
    shapes: ['hf_[A-Za-z0-9]{34,40}', 'api_org_[A-Za-z0-9]{34}'],
    source: 'https://huggingface.co/docs/hub/security-tokens',
    entropy: 3,
  },
  {
    type: 'openrouter-key',
    shapes: ['sk-or-v1-[a-f0-9]{64}'],
    source: 'https://openrouter.ai/docs/api-reference/authentication',
    anywhere: true,
  },
  {
    type: 'groq-key',
    shapes: ['gsk_[A-Za-z0-9]{52}'],
    source: 'https://console.groq.com/docs/quickstart',
    anywhere: true,
  },
  {
    type: 'replicate-token',
    shapes: ['r8_[A-Za-z0-9]{37}'],
    source: 'https://replicate.com/docs/topics/security/api-tokens',
    entropy: 3,
  },
  {
    type: 'perplexity-key',
    shapes: ['pplx-[A-Za-z0-9]{48,56}'],
    source: 'https://docs.perplexity.ai/guides/getting-started',
    anywhere: true,
  },
  { type: 'xai-key', shapes: ['xai-[A-Za-z0-9]{80}'], source: 'https://docs.x.ai/docs/overview', anywhere: true },
  {
    type: 'langsmith-key',
    shapes: ['lsv2_pt_[a-f0-9]{32}_[a-f0-9]{10}', 'lsv2_sk_[a-f0-9]{32}_[a-f0-9]{10}'],
    source:
      'https://docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key',
    anywhere: true,
  },
  ...more,
]
