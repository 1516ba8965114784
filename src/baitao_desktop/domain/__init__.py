"""WHAT IS TRUE: frozen dataclasses and pure rules; standard library only.

One English word per Chinese term (the whole list with sources: the glossary of the reference papers):
专项行动 campaign · 环节 phase · 任务 task · 专项办 office · 工作组 group (general strike publicity rectify)
单位 unit · 党组织 branch · 村（社区） village · 街道 subdistrict · 岗位 post · 角色 role · 经手人 person
电脑 device · 库 store · 表 form · 题 question · 答案 answer · 记录 record · 步骤 step · 状态 state = fold(steps)
操作日志 operation · 附件 attachment · 线索 tip · 台账 ledger · 总台账号 office_no · 渠道 channel · 来源 origin
举报人 reporter · 举报人身份 Sealed identity · 查询码 query_code · 整件密封 whole_sealed
登记 register · 上报街道 hand_up · 受理 accept · 核实 verify · 更正 correct · 办结 close · 作废 void
回复举报人 feedback · 撤销 revoke · 首接单位/人 first_unit / first_person · 责任人 responsible_person
名义 pretext · 手段 means · 月报 monthly_report · 零报告 zero_report · 报送 report_in (form baosong)
走访登记 visit · 简报 briefing · 数据包 bundle · 交出 hand_over · 收入 take_in · 单位卡 unit_card · 隔离 quarantine
冲突 conflict · 补附件 missing_attachment · 换机/恢复 replaces · 依据 basis · 条款待核 unverified
"""
