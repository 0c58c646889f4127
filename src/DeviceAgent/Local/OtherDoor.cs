using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>A door that another feature adds, with what answers there.</summary>
internal sealed record OtherDoor(Door Door, DoorLimits Limits, RequestDelegate Handler);
