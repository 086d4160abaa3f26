import { Field, ID, InputType } from 'type-graphql';
import type { EmailDomainStatus } from '../../domain/email-domains/email-domain.entity.ts';
import type { EmailDomainOrderField } from '../../domain/email-domains/email-domains.store.ts';
import { orderedPageArgs } from '../connection.ts';
import { EmailDomainStatusEnum } from './email-domain.type.ts';

export const EmailDomainPageArgs = orderedPageArgs<EmailDomainOrderField>('EmailDomain', {
  createdAt: 'When the domain was added.',
  domain: 'The domain.',
});

@InputType({ description: 'Which domains to list; what is absent does not narrow the list.' })
export class EmailDomainFilterInput {
  @Field(() => EmailDomainStatusEnum, { nullable: true, description: 'Those that stand so.' })
  status?: EmailDomainStatus | null;
}

@InputType({ description: 'A domain to prove.' })
export class AddEmailDomainInput {
  @Field(() => String, { description: 'What stands behind the @ of the addresses, such as `acme.com`.' })
  domain: string;
}

@InputType({ description: 'A domain whose proof to look for.' })
export class VerifyEmailDomainInput {
  @Field(() => ID, { description: 'The domain.' })
  id: string;
}

@InputType({ description: 'A domain to give up.' })
export class RemoveEmailDomainInput {
  @Field(() => ID, { description: 'The domain.' })
  id: string;
}
