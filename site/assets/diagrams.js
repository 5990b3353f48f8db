// Material for MkDocs colours Mermaid's diagrams, but not Gantt charts and the heads of arrows.
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
  const phone = innerWidth < 720
  const gantt = {
    useWidth: phone ? innerWidth - 32 : 680,
    fontSize: phone ? 13 : 15,
    sectionFontSize: phone ? 12 : 15,
    leftPadding: phone ? 128 : 160,
    rightPadding: phone ? 12 : 30,
    tickInterval: "15minute",
    barHeight: 24,
  }
  const flowchart = phone ? { nodeSpacing: 24, rankSpacing: 36, subGraphTitleMargin: { top: 4, bottom: 12 } } : {}
  const { initialize, render } = mermaid
  mermaid.initialize = (config) => initialize({ ...config, flowchart: { ...config.flowchart, ...flowchart }, gantt, themeCSS: config.themeCSS + css })
  // On a phone a flow goes downwards, and a diagram scrolls sideways before its words become too small.
  mermaid.render = async (id, source, ...rest) => {
    const drawn = await render(id, phone ? source.replace(/^(\s*(?:flowchart|direction)) LR/gm, "$1 TB") : source, ...rest)
    return { ...drawn, svg: drawn.svg.replace(/max-width: ([\d.]+)px/, "max-width: $1px; min-width: calc(0.75 * min($1px, 850px))") }
  }
}
