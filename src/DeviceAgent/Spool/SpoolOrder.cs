namespace DeviceAgent.Spool;

/// <summary>Which end of the spool is looked at.</summary>
internal enum SpoolOrder
{
    OldestFirst,
    NewestFirst,
}
