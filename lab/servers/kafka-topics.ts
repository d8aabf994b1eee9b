/** The topics of the goal runs, with the partition counts their own manifests declare. */
export const topics = {
  goalEvents: { name: 'bytebot.goal.events', partitions: 12 },
  stepEvents: { name: 'bytebot.step.events', partitions: 24 },
} as const;

/** Makes the topics; a topic that is there already stays as it is. */
export async function createTopics(broker: string): Promise<void> {
  const { Admin } = await import('@platformatic/kafka');
  const admin = new Admin({ clientId: 'lab-topics', bootstrapBrokers: [broker] });
  try {
    const present = new Set(await admin.listTopics());
    for (const { name, partitions } of Object.values(topics).filter((topic) => !present.has(topic.name)))
      await admin.createTopics({ topics: [name], partitions, replicas: 1 });
  } finally {
    await admin.close();
  }
}
