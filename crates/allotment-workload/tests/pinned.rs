//! Outcomes that never change: the same on every platform and in every version.

use allotment_workload::{Backend, NoProbe, Script, Size, Workload, drive};

/// The hash of each shipped workload at 1000 keys. A change of any of them makes earlier reports
/// incomparable: it belongs in the changelog.
const PINNED: [(&str, u64); 21] = [
    ("uniform-u64", 0xEEC6_85F0_37DA_530F),
    ("ascending-u64", 0x9587_64BE_E664_547C),
    ("descending-u64", 0x046F_0301_F319_37A0),
    ("streams-u64", 0x2D09_5F6E_854A_F450),
    ("zipf-u64", 0x5395_D2B4_BCFE_DBD0),
    ("clustered-u64", 0xB6CD_249E_EECC_4FD1),
    ("uniform-u32", 0xA9C2_DFB9_6795_1332),
    ("uniform-u128", 0x3189_1870_004B_1F8C),
    ("short-text", 0x10E8_8D15_E60F_A88B),
    ("long-text", 0xF4C0_347C_C9AA_533B),
    ("npm-names", 0x3B80_2F5F_C5CA_1163),
    ("ip4-ranges", 0x809C_613C_F896_0E34),
    ("secondary-index", 0x4AAB_7070_2B86_6E72),
    ("secondary-index-packed", 0x4AAB_7070_2B86_6E72),
    ("npm-scopes", 0x440C_FFF2_C4FD_7D16),
    ("npm-scopes-packed", 0x440C_FFF2_C4FD_7D16),
    ("zipf-lists", 0x9B10_68F6_90BC_75AD),
    ("zipf-lists-packed", 0x9B10_68F6_90BC_75AD),
    ("unique-emails", 0xA267_9199_71F8_E106),
    ("unique-emails-packed", 0xA267_9199_71F8_E106),
    ("snapshot", 0xEEC6_85F0_37DA_530F),
];

#[test]
fn outcomes_are_as_they_always_were() {
    let shipped = Workload::ALL.iter().filter(|workload| !workload.needs_file());
    let outcomes: Vec<_> = shipped
        .map(|workload| {
            let keys = workload.load(Size::Entries(1000), None).unwrap();
            let outcome = drive(&Script::new(&keys), Backend::Std, &mut NoProbe);
            (workload.name(), outcome.hash.expect("std's map has an order"))
        })
        .collect();
    assert_eq!(outcomes, PINNED, "{outcomes:#018x?}");
}
