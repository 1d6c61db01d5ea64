// Pictures on a screen: a chart that answers to the pointer stands where the SVG was. Paper keeps the SVG, and so do
// funnels and flows. What is drawn stands in data-picture, the very picture the SVG was made of.
(() => {
  const charts = new Map(); // figure → chart
  const language = document.documentElement.lang || "ru";
  const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const fine = new Intl.NumberFormat(language, { notation: "compact", maximumSignificantDigits: 3 });
  const toned = { met: "--met", up: "--met", near: "--near", missed: "--missed", down: "--missed" };

  // The tokens of the theme in force; a custom property has to be used to be a colour.
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const token = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const theme = () => ({
    ink: token("--ink"), ink2: token("--ink-2"), line: token("--line"), zero: token("--line-strong"), paper: token("--paper"), plan: token("--ink-3"),
    tints: ["--brand", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"].map(token),
    tone: (name) => token(toned[name]),
    font: getComputedStyle(document.body).fontFamily,
  });

  const isBar = (series) => series.look === "bar" || series.look === "stacked";
  const said = (value, unit) => (unit === "%" ? `${fine.format(value)} %` : fine.format(value));

  const tooltip = (picture, look) => ({
    trigger: "axis",
    renderMode: "richText", // HTML of a tooltip carries style attributes, which the content policy forbids
    confine: true,
    axisPointer: { type: picture.series.some(isBar) ? "shadow" : "line", lineStyle: { color: look.zero }, shadowStyle: { color: look.line, opacity: 0.4 } },
    backgroundColor: look.paper,
    borderColor: look.line,
    padding: [8, 12],
    textStyle: { color: look.ink, fontFamily: look.font, fontSize: 13 },
    formatter: (points) => {
      const index = points[0].dataIndex;
      const lines = picture.series
        .filter((series) => series.values[index] !== null && series.values[index] !== undefined)
        .map((series) => (picture.series.length > 1 ? `${series.name}: ` : "") + series.words[index]);
      return [picture.labels[index], ...lines].join("\n");
    },
  });

  // Where the words at the end of a line stand: on the side where no other line goes on.
  const whereOf = (picture, series, last) => {
    const value = series.values[last];
    const others = picture.series.filter((one) => one !== series && !isBar(one)).map((one) => one.values[last]).filter((one) => one !== null && one !== undefined);
    const above = others.every((other) => other <= value);
    const atEnd = last > picture.labels.length * 0.7;
    const goesOn = picture.series.some((one) => one !== series && one.values[last + 1] > value);
    const left = atEnd || (above && goesOn);
    return { position: [left ? 4 : 6, above ? -16 : 16], align: left ? "right" : "left", verticalAlign: "middle" };
  };

  const seriesOf = (picture, look, figure) => {
    const bars = picture.series.filter(isBar);
    const lines = picture.series.filter((series) => series.look === "line");
    const beside = bars.filter((series) => series.look === "bar").length;
    const room = figure.clientWidth / Math.max(picture.labels.length, 1);
    return picture.series.map((series, at) => {
      const common = { name: series.name, animation: false, emphasis: { focus: "none" } };
      if (isBar(series)) {
        const [tone, ...others] = new Set(series.tones);
        const colour = tone && !others.length ? look.tone(tone) : look.tints[at % 6];
        const saysValues = beside === 1 && bars.length === 1 && !lines.length && room > 58;
        return {
          ...common,
          type: "bar",
          stack: series.look === "stacked" ? "stack" : undefined,
          barMaxWidth: 46,
          barCategoryGap: "30%",
          barGap: "4%",
          itemStyle: { color: colour, borderRadius: series.look === "bar" ? 2 : 0 },
          data: series.values.map((value, index) => ({
            value,
            itemStyle: series.tones[index] ? { color: look.tone(series.tones[index]) } : undefined,
            label: { position: picture.kind === "bars" ? (value < 0 ? "left" : "right") : value < 0 ? "bottom" : "top" },
          })),
          label: { show: saysValues || picture.kind === "bars", color: look.ink, fontFamily: look.font, fontSize: 12, formatter: (point) => (point.value === null ? "" : said(point.value, picture.unit)) },
        };
      }
      const place = Math.max(lines.indexOf(series), 0);
      const colour = series.look === "dashed" ? look.plan : look.tints[((bars.length ? 3 : 0) + place) % 6];
      const last = series.values.findLastIndex((value) => value !== null);
      const mark = series.mark || (picture.series.length > 1 ? series.name : "");
      return {
        ...common,
        type: "line",
        symbol: "circle",
        symbolSize: (value, point) => (series.look === "line" && point.dataIndex === last ? 9 : series.look === "line" && picture.labels.length < 40 ? 4 : 0),
        showAllSymbol: true,
        connectNulls: false,
        lineStyle: { color: colour, width: series.look === "dashed" ? 1.5 : 2.5, type: { dashed: [6, 5], dotted: [2, 5] }[series.look] || "solid", cap: series.look === "dotted" ? "round" : "butt" },
        itemStyle: { color: colour },
        data: series.values,
        markPoint: mark && last >= 0 ? {
          symbol: "circle", symbolSize: 1, silent: true, animation: false,
          data: [{ coord: [last, series.values[last]] }],
          label: { show: true, formatter: mark, color: colour === look.tints[0] ? colour : look.ink2, fontFamily: look.font, fontSize: 12, fontWeight: 600, backgroundColor: look.paper, padding: [1, 3], ...whereOf(picture, series, last) },
        } : undefined,
      };
    });
  };

  // How many lines the names of the bars take, so that the bars begin below them.
  const linesOfNames = (picture, width) => {
    let lines = 1;
    let taken = 0;
    for (const { name } of picture.series.filter(isBar)) {
      const room = 33 + name.length * 7;
      if (taken && taken + room > width) {
        lines += 1;
        taken = 0;
      }
      taken += room;
    }
    return lines;
  };

  const options = (picture, figure) => {
    const look = theme();
    const lying = picture.kind === "bars";
    const hasBars = picture.series.some(isBar);
    const series = seriesOf(picture, look, figure);
    const quiet = series.some((one) => one.type === "bar" && one.label.show);
    const text = { color: look.ink2, fontFamily: look.font, fontSize: 12 };
    const names = hasBars && picture.series.length > 1;
    const labels = {
      type: "category", data: picture.labels, inverse: lying, boundaryGap: hasBars,
      axisTick: { show: false }, axisLine: { show: true, lineStyle: { color: look.zero } },
      axisLabel: { ...text, hideOverlap: true, width: lying ? Math.min(figure.clientWidth * 0.36, 280) : undefined, overflow: "truncate" },
    };
    const values = {
      type: "value", splitNumber: figure.clientWidth < 480 ? 3 : 4, axisLine: { show: false }, minInterval: picture.unit ? undefined : 1,
      splitLine: { show: !quiet, lineStyle: { color: look.line } },
      axisLabel: { ...text, show: !quiet, formatter: (value) => (picture.unit === "%" ? `${compact.format(value)} %` : compact.format(value)) },
    };
    return {
      animation: false,
      aria: { enabled: true, label: { description: picture.title } },
      textStyle: { fontFamily: look.font },
      grid: { left: lying ? 0 : 4, right: lying ? 60 : hasBars ? 4 : 16, top: names ? 12 + 28 * linesOfNames(picture, figure.clientWidth) : lying ? 0 : 24, bottom: 4, containLabel: true },
      legend: names ? { left: 0, top: 0, itemWidth: 10, itemHeight: 10, itemGap: 18, icon: "roundRect", textStyle: text, selectedMode: false, data: picture.series.filter(isBar).map((one) => one.name) } : undefined,
      tooltip: tooltip(picture, look),
      xAxis: lying ? values : labels,
      yAxis: lying ? labels : values,
      series,
    };
  };

  const heightOf = (picture, figure) =>
    picture.kind === "bars" ? Math.min(picture.labels.length, 24) * 29 + 12 : figure.dataset.height ? Number(figure.dataset.height) : figure.clientWidth < 480 ? 220 : 260;

  const draw = (figure) => {
    const picture = JSON.parse(figure.dataset.picture);
    if (picture.kind === "bars" && picture.labels.length > 24) return; // the SVG says how many more there are
    let chart = charts.get(figure);
    if (!chart) {
      const place = document.createElement("div");
      place.className = "chart";
      figure.append(place);
      figure.classList.add("drawn");
      place.style.height = `${heightOf(picture, figure)}px`;
      chart = window.echarts.init(place, null, { renderer: "canvas" });
      place.setAttribute("role", "img");
      charts.set(figure, chart);
      resized.observe(figure);
    }
    chart.setOption(options(picture, figure), true);
    chart.getDom().setAttribute("aria-label", picture.title);
  };

  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const chart = charts.get(target);
      const place = chart?.getDom();
      if (!place || !place.clientWidth || place.clientWidth === chart.getWidth()) continue; // on paper it is not there
      chart.resize({ height: place.clientHeight });
      draw(target);
    }
  });

  const drawAll = () => {
    for (const [figure, chart] of charts) {
      if (figure.isConnected) continue;
      resized.unobserve(figure);
      chart.dispose();
      charts.delete(figure);
    }
    for (const figure of document.querySelectorAll(".picture[data-picture]")) if (!charts.has(figure)) draw(figure);
  };
  const redraw = () => charts.forEach((_chart, figure) => draw(figure));

  document.addEventListener("htmx:afterSettle", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  drawAll();
  document.fonts?.ready.then(redraw);
})();
