// What a dashboard of ours is in terms of Grafana's published types.
import type * as grafana from "@grafana/schema";
import type * as heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type * as timeseries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

/// A type as JSON has it: the values of enumerations are plain strings.
type Json<T> = T extends string ? `${T}` : T extends (infer Item)[] ? Json<Item>[] : T extends object ? { [Key in keyof T]: Json<T[Key]> } : T;

/// What the data source Prometheus adds to a query and to an annotation; its own types are not published.
interface Target {
  refId: string;
  datasource: grafana.DataSourceRef;
  editorMode: "code" | "builder";
  expr: string;
  legendFormat: string;
  format: "time_series" | "table" | "heatmap";
  instant: boolean;
  range: boolean;
  exemplar: boolean;
}
type Annotation = Omit<grafana.AnnotationQuery, "target"> & {
  expr: string;
  titleFormat: string;
  textFormat: string;
  step: string;
  useValueForTime: boolean;
};

interface FieldConfig<Custom> {
  defaults: Omit<grafana.FieldConfig, "custom"> & { custom?: Custom };
  overrides: grafana.FieldConfigSource["overrides"];
}
type Of<Type extends string, Options, Custom> = Omit<grafana.Panel, "type" | "options" | "fieldConfig" | "targets"> & {
  type: Type;
  options: Options;
  fieldConfig: FieldConfig<Custom>;
  targets: Target[];
};
type Panel =
  | Of<"stat", stat.Options, never>
  | Of<"timeseries", timeseries.Options, timeseries.FieldConfig>
  | Of<"heatmap", heatmap.Options, heatmap.FieldConfig>
  | Of<"table", Omit<table.Options, "frameIndex"> & { footer?: unknown }, Partial<table.FieldConfig>>;
type Row = Omit<grafana.RowPanel, "panels"> & { panels: Panel[] };

export type Dashboard = Json<
  Omit<grafana.Dashboard, "panels" | "annotations"> & { panels: (Panel | Row)[]; annotations: { list: Annotation[] } }
>;
