import { describe } from 'vitest';
import { check } from './check.ts';

const A_KILL = {
  action: 'pod-kill',
  gracePeriod: 0,
  mode: 'one',
  selector: { namespaces: ['shop'], labelSelectors: { app: 'engine' } },
};

describe('a Workflow', () => {
  check({
    'has an entry': [
      'workflow',
      { 'spec.entry': 'everything' },
      [/^error spec\.entry: there is no template of this name \["everything"\]/],
    ],
    'pauses for a time': [
      'workflow',
      { 'spec.templates.2': { name: 'pause', templateType: 'Suspend', suspend: { duration: '30s' } } },
      [
        /^error spec\.templates\.2\.suspend: .*-> deadline: 30s, beside/,
        /^error spec\.templates\.2\.deadline: a pause needs a deadline/,
      ],
    ],
    'ends its faults by deadlines': [
      'workflow',
      { 'spec.templates.3.deadline': undefined },
      [/^error spec\.templates\.3\.deadline: without a deadline this would run for ever/],
    ],
    'has no durations': [
      'workflow',
      { 'spec.templates.3.networkChaos.duration': '30s' },
      [
        /^error spec\.templates\.3\.networkChaos\.duration: inside a Workflow a fault has no duration, .*-> deadline: 30s/,
      ],
    ],
    'has deadlines that are durations': [
      'workflow',
      { 'spec.templates.3.deadline': 'soon' },
      [/^error .*3\.deadline: this is no duration/],
    ],
    'has faults that are sound': [
      'workflow',
      {
        'spec.templates.3.networkChaos.action': 'delay',
        'spec.templates.3.networkChaos.delay': { latency: '200ms' },
        'spec.templates.3.networkChaos.direction': 'both',
        'spec.templates.3.networkChaos.target': undefined,
      },
      [
        /^error spec\.templates\.3\.networkChaos\.direction: delay with direction both needs a target/,
        /^warning spec\.templates\.3\.networkChaos\.action: without a target/,
      ],
    ],
    'has templates of known types': [
      'workflow',
      { 'spec.templates.2.templateType': 'Sleep' },
      [/^error .*2\.templateType: there is no such type/],
    ],
    'has faults with a spec': [
      'workflow',
      { 'spec.templates.3.networkChaos': undefined },
      [/^error spec\.templates\.3\.networkChaos: this is missing \(the spec of NetworkChaos\)/],
    ],
    'has children that exist': [
      'workflow',
      { 'spec.templates.0.children': ['kill', 'pause', 'cut', 'gone'] },
      [/^error .*0\.children\.3: there is no template/],
    ],
    'runs all its templates': [
      'workflow',
      { 'spec.templates.0.children': ['kill', 'cut'] },
      [/^warning .*2\.name: nothing leads to this template/],
    ],
    ends: [
      'workflow',
      { 'spec.templates.0.children': ['kill', 'pause', 'cut', 'all'] },
      [/^error .*0\.name: this template leads to itself/],
    ],
    'has names that differ': [
      'workflow',
      { 'spec.templates.2.name': 'kill' },
      [/^error .*2\.name: this name is taken/, /children\.1: there is no template/],
    ],
    'has names that objects can have': [
      'workflow',
      { 'spec.templates.2.name': 'Long_Pause', 'spec.templates.0.children': ['kill', 'Long_Pause', 'cut'] },
      [/^error .*2\.name: no template can be called so/],
    ],
    'has children only where they run': [
      'workflow',
      { 'spec.templates.2.children': ['kill'] },
      [/^error .*2\.children: a template of type Suspend has none \(only in Serial, Parallel\)/],
    ],
    'has faults only in templates that make one': [
      'workflow',
      { 'spec.templates.2.podChaos': A_KILL },
      [
        /^error .*2\.podChaos: a template of type Suspend makes no fault, and Chaos Mesh refuses it \(only in PodChaos\)/,
      ],
    ],
    'makes one fault with each template': [
      'workflow',
      { 'spec.templates.3.podChaos': A_KILL },
      [/^warning .*3\.podChaos: the type is NetworkChaos, so that Chaos Mesh does not look at this/],
    ],
    'has schedules that tick and make something': [
      'workflow',
      {
        'spec.templates.2': {
          name: 'pause',
          templateType: 'Schedule',
          deadline: '60s',
          schedule: { schedule: 'daily', type: 'podchaos', historyLimit: 1, podChaos: A_KILL },
        },
      },
      [
        /^error .*2\.schedule\.schedule: this is no cron expression/,
        /^error .*2\.schedule\.type: there is no such kind/,
      ],
    ],
    'has schedules with the spec of their fault': [
      'workflow',
      {
        'spec.templates.2': {
          name: 'pause',
          templateType: 'Schedule',
          deadline: '60s',
          schedule: { schedule: '@every 20s', type: 'StressChaos', historyLimit: 1 },
        },
      },
      [/^error .*2\.schedule\.stressChaos: this is missing/],
    ],
    'brings a fault about': [
      'workflow',
      {
        'spec.templates': [{ name: 'all', templateType: 'Suspend', deadline: '5s' }],
      },
      [/^error spec: this Workflow brings about no fault/],
    ],
    'has tasks that do something': [
      'workflow',
      { 'spec.templates.2': { name: 'pause', templateType: 'Task' } },
      [/^error .*2\.task: this is missing/],
    ],
    'has checks that ask something': [
      'workflow',
      { 'spec.templates.2': { name: 'pause', templateType: 'StatusCheck' } },
      [/^error .*2\.statusCheck: this is missing/],
    ],
  });
});

describe('a Schedule', () => {
  check({
    'keeps what its runs recorded': [
      'schedule',
      { 'spec.historyLimit': undefined },
      [/^warning spec\.historyLimit: without this Chaos Mesh deletes a finished run at once/],
    ],
    'has a cron expression': [
      'schedule',
      { 'spec.schedule': 'weekly' },
      [/^error spec\.schedule: this is no cron expression/],
    ],
    'has time to start': ['schedule', { 'spec.startingDeadlineSeconds': 0 }, [/^error spec\.startingDeadlineSeconds/]],
    'may start however late': ['schedule', { 'spec.startingDeadlineSeconds': null }, []],
    'makes something': ['schedule', { 'spec.stressChaos': undefined }, [/^error spec\.stressChaos: this is missing/]],
    'makes one fault': [
      'schedule',
      { 'spec.podChaos': A_KILL },
      [/^warning spec\.podChaos: the type is StressChaos, so that Chaos Mesh does not look at this/],
    ],
    'makes something that exists': [
      'schedule',
      { 'spec.type': 'Stress' },
      [/^error spec\.type: there is no such kind/],
    ],
    'is admitted whatever its Workflow says': [
      'weekly',
      { 'spec.workflow.templates.2.deadline': undefined },
      [
        /^error spec\.workflow\.templates\.2\.deadline: a pause needs a deadline/,
        /^error spec\.type: Chaos Mesh would take this Schedule without looking at its Workflow/,
      ],
    ],
  });
});
