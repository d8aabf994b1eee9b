import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../repository/planted-tree.ts';

export interface DashboardQuery {
  title: string;
  query: string;
}

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
  annotations: { list: { name: string; expr: string }[] };
  templating: { list: { name: string; definition?: string }[] };
}

/** Every question that the dashboard asks Prometheus, with all plans chosen. */
export function dashboardQueries(): DashboardQuery[] {
  const file = join(REPOSITORY, 'dashboards/steadfast-runs.json');
  const { panels, annotations, templating } = JSON.parse(readFileSync(file, 'utf8')) as Dashboard;
  const ofPanels = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, query: expr })));
  const ofMarks = annotations.list.map(({ name, expr }) => ({ title: name, query: expr }));
  const ofVariables = templating.list.flatMap(({ name, definition }) => {
    const metric = /^label_values\((\w+), \w+\)$/.exec(definition ?? '')?.[1];
    return metric === undefined ? [] : [{ title: name, query: metric }];
  });
  return [...ofPanels, ...ofMarks, ...ofVariables].map(({ title, query }) => ({
    title,
    query: query.replaceAll('$plan', '.*'),
  }));
}
