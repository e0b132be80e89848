"""The commented case file that `twoeyes new` writes."""

STARTER = """\
# A case for `twoeyes plan`. Every block of numbers needs `source: <url or document>` or `assumed: true`.
id: my-case
title: What is bought, and for what
buyer:
  hq: MY                        # ISO 3166-1 alpha-2; CH is Switzerland, China is CN
  ultimate_parent_hq: MY
  listed_owner: none_known      # none_known, yes or unknown
  hosted_customers: unknown     # none, known or unknown
  facts: {}                     # further facts for every transaction, such as lpp_certification: "yes"
stance:                         # no default: your counsel chooses
  US: letter                    # letter, letter_except_published_nonenforcement, letter_and_practice_gravest
  CN: letter_and_practice_gravest
  presumptions: obey            # obey or unresolved
  unknown: exclude              # exclude or hold
  licences: exclude             # exclude, or apply (then licence_weeks says how long that takes)
  licence_weeks: 0
budget: {it_capex: 100e6, opex_per_year: 15e6, assumed: true}
network: {share_of_hardware: 0.18, assumed: true}
sites:
  - id: site-1
    country: MY
    tenure: lease               # own, lease or colocation
    pue: 1.35
    cooling: {air: true}        # and liquid_from: YYYY-MM-DD
    energised:
      - {from: 2027-01-01, mw_at_meter: 10}
    network_power_share: 0.15
    assumed: true
work:
  - training: llama3.1-70b
    tokens: 2e12
    start_no_earlier: 2027-01-01
    finish_by: 2027-09-30
    uptime: 0.90
    assumed: true
n1:                             # what must survive any single actor cutting you off
  horizon: orders               # installed, orders or industry
  start_days: [2027-04-01]
  from: 2027-04-01
  share_of_work: 0.40
  actors: [vendors, foundries, governments_except_host]
  attrition_per_year: 0.05
  assumed: true
porting:
  nvidia: {months: 0, cost_usd: 0, assumed: true}
offers:                         # price of one system without the cluster's network; max_units counts chips
  - {system: dgx-h100, price: 260e3, lead_weeks: 12, max_units: 2048, assumed: true}
"""
