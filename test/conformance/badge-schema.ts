import type { Connected, TestService } from '../harness/service.ts';

/** Declares an extension of users with an attribute of nearly every type that RFC 7643 §2.3 has. */
export async function declareBadgeSchema(
  service: TestService,
  { organization }: Connected,
  urn: string,
): Promise<void> {
  await service.domain.customSchemas.create(organization.operator, {
    urn,
    name: 'Badge',
    description: 'The badge of a person.',
    resourceType: 'User',
    attributes: [
      { name: 'number', description: 'Its number.', type: 'integer' },
      { name: 'weight', description: 'What it weighs.', type: 'decimal' },
      { name: 'issued', description: 'When it was made.', type: 'dateTime' },
      { name: 'isMaster', description: 'Whether it opens all doors.', type: 'boolean' },
      { name: 'color', description: 'Its colour.' },
      { name: 'note', description: 'A note.' },
      { name: 'doors', description: 'The doors that it opens.', multiValued: true },
      {
        name: 'office',
        description: 'Where its owner sits.',
        type: 'complex',
        subAttributes: [
          { name: 'floor', description: 'The floor.', type: 'integer' },
          { name: 'room', description: 'The room.' },
        ],
      },
    ],
  });
}
