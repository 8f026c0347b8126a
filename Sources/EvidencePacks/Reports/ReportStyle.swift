/// The style sheet of the report: for the screen, and for paper.
enum ReportStyle {
    static let css: HTML = """
        :root{--ink:#17212b;--soft:#5a6875;--line:#dfe4e8;--paper:#fff;--wash:#f5f7f8;--deep:#12324a;--allow:#3a8a68;\
        --sanitize:#3d86b0;--held:#d39a2d;--deny:#b8473f}
        *{box-sizing:border-box}
        html{background:#e9edf0}
        body{margin:32px auto;max-width:1080px;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,"Segoe UI",\
        Roboto,"Helvetica Neue",Arial,sans-serif;box-shadow:0 1px 4px rgba(18,50,74,.12),0 12px 40px rgba(18,50,74,.10)}
        header{background:var(--deep);color:#fff;padding:44px 60px 36px}
        header p{margin:0;color:#b9cbd8}
        header .kicker{letter-spacing:.14em;text-transform:uppercase;font-size:12px;color:#8fb0c6}
        h1{font:600 34px/1.2 Georgia,"Iowan Old Style","Times New Roman",serif;margin:8px 0 10px}
        h2{font:600 22px/1.3 Georgia,"Iowan Old Style","Times New Roman",serif;color:var(--deep);margin:0 0 6px}
        h3{font-size:13px;letter-spacing:.08em;text-transform:uppercase;color:var(--soft);margin:26px 0 8px}
        section{padding:34px 60px;border-top:1px solid var(--line)}
        section>p:first-of-type{margin-top:0;color:var(--soft);max-width:76ch}
        .tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:1px;background:var(--line);border-bottom:1px solid var(--line)}
        .tiles div{background:var(--paper);padding:20px 14px 18px;text-align:center}
        .tiles b{display:block;font:600 27px/1.15 Georgia,serif;color:var(--deep);font-variant-numeric:tabular-nums}
        .tiles span{font-size:12.5px;color:var(--soft)}
        .proof{display:grid;grid-template-columns:repeat(3,1fr);gap:26px;margin-top:18px}
        .proof div{border-left:3px solid var(--allow);padding-left:14px}
        .proof b{display:block;margin-bottom:2px}
        .proof p{margin:0;color:var(--soft);font-size:13.5px}
        figure{margin:18px 0 0}
        figcaption{font-weight:600;margin-bottom:8px}
        svg{display:block;width:100%;height:auto}
        .grid{stroke:#e6eaed}
        .tick{fill:#6c7a86;font-size:11px;font-variant-numeric:tabular-nums}
        rect.allow,i.allow{fill:var(--allow);background:var(--allow)}
        rect.sanitize,i.sanitize{fill:var(--sanitize);background:var(--sanitize)}
        rect.held,i.held{fill:var(--held);background:var(--held)}
        rect.deny,i.deny{fill:var(--deny);background:var(--deny)}
        .legend{display:flex;gap:22px;list-style:none;margin:8px 0 0 52px;padding:0;font-size:13px;color:var(--soft)}
        .legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:7px}
        .pair{display:grid;grid-template-columns:1fr 1fr;gap:44px;margin-top:22px}
        .bars ul{list-style:none;margin:0;padding:0}
        .bars li{display:grid;grid-template-columns:minmax(0,170px) 1fr 56px;gap:12px;align-items:center;padding:3px 0;font-size:13.5px}
        .bars .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .bars .track{background:var(--wash);height:10px;border-radius:2px}
        .bars .track i{display:block;height:10px;border-radius:2px;background:#54758f}
        .bars .count{text-align:right;font-variant-numeric:tabular-nums}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:13.5px;margin-top:10px}
        th{text-align:left;font-weight:600;color:var(--soft);font-size:12px;border-bottom:1.5px solid var(--deep);padding:6px 10px 6px 0;\
        white-space:nowrap}
        td{border-bottom:1px solid var(--line);padding:8px 10px 8px 0;vertical-align:top}
        td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .controls{table-layout:fixed;min-width:860px}
        .controls th:nth-child(1){width:22%}.controls th:nth-child(2){width:22%}.controls th:nth-child(3){width:14%}
        .controls th:nth-child(4){width:8%}.controls th:nth-child(5){width:26%}.controls th:nth-child(6){width:8%}
        .controls td:nth-child(5),.controls th:nth-child(5){padding-left:14px}
        tr.gap td{color:var(--soft)}
        tr.gap .pill{background:#f3e6d2;color:#7a5517}
        .pill{display:inline-block;border-radius:10px;padding:1px 9px;font-size:12px;background:#e3efe9;color:#23614a;white-space:nowrap}
        .pill.deny{background:#f5e2e0;color:#8c302a}.pill.approval_needed{background:#f8ecd2;color:#7a5517}
        .pill.sanitize{background:#dfecf4;color:#245a7a}.pill.kind{background:var(--wash);color:var(--soft)}
        .mini{display:flex;height:10px;width:100%;min-width:120px;border-radius:2px;overflow:hidden;background:var(--wash);margin-top:5px}
        .mini i{display:block;height:10px}
        code{font:12.5px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
        pre{background:var(--wash);border-left:3px solid var(--deep);padding:12px 16px;overflow-x:auto;margin:12px 0}
        .soft,.none{color:var(--soft)}
        .review{border-left:3px solid var(--line);padding-left:12px;margin:8px 0}
        footer{padding:22px 60px 34px;border-top:1px solid var(--line);color:var(--soft);font-size:12.5px}
        @media (max-width:820px){section,header,footer{padding-left:24px;padding-right:24px}.tiles{grid-template-columns:repeat(3,1fr)}\
        .proof,.pair{grid-template-columns:1fr}}
        @media print{html{background:#fff}body{margin:0;max-width:none;box-shadow:none;font-size:11pt}section{break-inside:auto;padding:24px 0}\
        header{padding:28px 24px;-webkit-print-color-adjust:exact;print-color-adjust:exact}tr,figure,.proof div{break-inside:avoid}\
        rect,i,.pill,.tiles{-webkit-print-color-adjust:exact;print-color-adjust:exact}footer{padding:16px 0}}
        """
}
