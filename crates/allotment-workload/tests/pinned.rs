//! Outcomes that never change: the same on every platform and in every version.

use allotment_workload::{Backend, NoProbe, Script, Size, Workload, drive};

/// The hash of each shipped workload at 1000 keys. A change of any of them makes earlier reports
/// incomparable: it belongs in the changelog.
const PINNED: [(&str, u64); 20] = [
    ("uniform-u64", 0xB36C_EE23_D1BB_42D9),
    ("ascending-u64", 0x740E_5091_8793_0B19),
    ("descending-u64", 0x303E_8282_0952_62A8),
    ("streams-u64", 0x6072_2CA5_537F_D031),
    ("zipf-u64", 0x0529_80C4_3FE8_0915),
    ("clustered-u64", 0x3316_3D74_740E_F076),
    ("uniform-u32", 0x40CB_E42D_0EE4_D983),
    ("uniform-u128", 0x2426_F4D0_42AD_F365),
    ("short-text", 0x5277_6B5B_EAFA_F64C),
    ("long-text", 0x3986_1292_A3B6_1292),
    ("npm-names", 0x00B6_03D4_9FE8_A2B8),
    ("ip4-ranges", 0xF96D_08F7_E306_B1D6),
    ("secondary-index", 0x0A85_CAD0_5486_CD7C),
    ("secondary-index-packed", 0x0A85_CAD0_5486_CD7C),
    ("npm-scopes", 0x19DF_BFEE_77B4_F49C),
    ("npm-scopes-packed", 0x19DF_BFEE_77B4_F49C),
    ("zipf-lists", 0xE87D_B139_83D4_9EDB),
    ("zipf-lists-packed", 0xE87D_B139_83D4_9EDB),
    ("unique-emails", 0x5330_F585_26E6_400E),
    ("unique-emails-packed", 0x5330_F585_26E6_400E),
];

#[test]
fn outcomes_are_as_they_always_were() {
    let shipped = Workload::ALL.iter().filter(|workload| !workload.needs_file());
    let outcomes: Vec<_> = shipped
        .map(|workload| {
            let keys = workload.load(Size::Entries(1000), None).unwrap();
            (workload.name(), drive(&Script::new(&keys), Backend::Std, &mut NoProbe).hash)
        })
        .collect();
    assert_eq!(outcomes, PINNED, "{outcomes:#018x?}");
}
