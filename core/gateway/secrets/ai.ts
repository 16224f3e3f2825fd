import type { TokenRule } from '../engine/rule.ts'

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
]
