import { Field, ID, ObjectType } from 'type-graphql';
import type { EmailDomainStatus } from '../../domain/email-domains/email-domain.entity.ts';
import { connectionType } from '../connection.ts';
import { graphEnum } from '../enum.ts';
import { NodeType } from '../node.type.ts';
import { DateTimeScalar } from '../scalars.ts';

export const EmailDomainStatusEnum = graphEnum<EmailDomainStatus>(
  'EmailDomainStatus',
  'Whether a domain is proved to be the organization’s own.',
  {
    pending: 'Its proof was not found yet; it means nothing.',
    verified: 'Proved: people are recognized by their e-mail addresses on it.',
    lost: 'The proof was gone for three days, so it means nothing until it is found again. What was bound before stays.',
  },
);

@ObjectType('EmailDomain', {
  simpleResolvers: true,
  implements: NodeType,
  description:
    'A domain of e-mail addresses that the organization proves to be its own by a TXT record in DNS. One organization at a time has it; subdomains are domains of their own.',
})
export class EmailDomainType {
  @Field(() => ID, { description: 'The id of the domain.' })
  id: string;

  @Field(() => String, { description: 'In lower case and its ASCII form, such as `acme.com`.' })
  domain: string;

  @Field(() => EmailDomainStatusEnum, { description: 'Where it stands.' })
  status: EmailDomainStatus;

  @Field(() => String, { description: 'The name of the TXT record that proves it.' })
  recordName: string;

  @Field(() => String, { description: 'What the TXT record has to say. It is no secret.' })
  recordValue: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was proved; null before the first time.' })
  verifiedAt: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When DNS last answered to the question for its proof; null before the first time.',
  })
  checkedAt: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when the proof has been missing; null while it is there. After three days the domain is lost.',
  })
  missingSince: Date | null;

  @Field(() => DateTimeScalar, { description: 'When it was added.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed or was looked for.' })
  updatedAt: Date;
}

export const EmailDomainConnection = connectionType('EmailDomain', () => EmailDomainType);
