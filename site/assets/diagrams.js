// Material for MkDocs colours Mermaid's diagrams, but for Gantt charts and the heads of arrows: these come here.
{
  const css = `
    marker path { fill: var(--md-mermaid-edge-color) !important; stroke: var(--md-mermaid-edge-color) !important; }
    .section { fill: var(--md-default-fg-color) !important; opacity: 0.05 !important; }
    .section1, .section3 { opacity: 0 !important; }
    .titleText, .sectionTitle, .taskTextOutsideRight, .taskTextOutsideLeft { fill: var(--md-default-fg-color) !important; }
    .task { fill: var(--event) !important; stroke: none !important; }
    .taskText:not(.taskTextOutsideRight):not(.taskTextOutsideLeft) { fill: var(--md-default-bg-color) !important; }
    .grid .tick text { fill: var(--md-default-fg-color--light) !important; font-size: 13px; }
    .grid .tick line { stroke: var(--md-default-fg-color--lighter) !important; opacity: 1; }
  `
  const gantt = { useWidth: 680, fontSize: 15, sectionFontSize: 15, barHeight: 24, leftPadding: 160, rightPadding: 30 }
  const initialize = mermaid.initialize
  mermaid.initialize = (config) => initialize({ ...config, gantt, themeCSS: config.themeCSS + css })
}
